/// A read transaction: what is read in it is of one moment.
enum SnapshotSQL: Int, StatementSet {
    case begin, end

    static let texts = ["BEGIN", "COMMIT"]
}
