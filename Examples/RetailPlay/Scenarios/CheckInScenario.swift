public import CheckIn
import Skein
import SkeinTesting

/// One check-in, with the barcode generator scripted.
public struct CheckInScenario: Hashable, Sendable {
    /// How the generator behaves.
    public var barcode = BarcodeScript.ok
    /// Whether the barcode is asked for by messages.
    public var isAsynchronous = false

    public init(barcode: BarcodeScript = .ok, isAsynchronous: Bool = false) {
        (self.barcode, self.isAsynchronous) = (barcode, isAsynchronous)
    }

    /// How things stand at the end.
    public struct End: Codable, Hashable, Sendable {
        /// What the web page answered: 200 or 202.
        public var status: Int
        /// The barcode on the boarding pass, wherever the traveller got it.
        public var boardingPass: String?
        /// `true` where the traveller has to get it at the counter.
        public var isReferred: Bool?
        /// The boarding passes that output management delivered.
        public var deliveries: [String]
    }

    /// Who checks in.
    public static let request = RequestCheckIn(bookingID: "b1", traveller: "kermit", flight: "SK714")

    /// Plays everything to its end.
    ///
    /// - Returns: a JSON object a line: what was published, and `end`.
    public func play(_ options: PlayOptions = PlayOptions()) throws -> [String] {
        let (stage, end) = try perform(options)
        return try stage.lines() + [stage.end(end)]
    }

    /// Plays everything to its end, for a closer look.
    public func perform(_ options: PlayOptions = PlayOptions()) throws -> (Stage, End) {
        let world = ScriptedBarcodes(barcode)
        let checkIn =
            isAsynchronous
            ? [CheckInComponents.asynchronousCheckIn(), ScriptedBarcodeComponent.component(barcode)]
            : [CheckInComponents.checkIn(generator: world)]
        let stage = try Stage(checkIn + [CheckInComponents.output(world)], options)
        try stage.raiseCurtain()
        world.begin(at: try stage.clock(of: "checkin"))
        let reply = try Self.ask(stage)
        stage.runToEnd()
        let last = try Self.look(stage)
        let pass: String? = if case .boardingPass(let pass) = last { pass.barcode } else { nil }
        let isReferred = last == .referred ? true : nil
        return (
            stage,
            End(
                status: reply.status, boardingPass: pass, isReferred: isReferred, deliveries: world.deliveries)
        )
    }

    /// Checks in at the web page, and waits as long as a traveller does. A desk that went down is asked again, as a
    /// browser does.
    static func ask(_ stage: Stage) throws -> CheckInReply {
        let reply = try stage.perform(in: "checkin") { try await CheckInDesk($0).checkIn(request) }
        stage.wait(until: CheckInProcess.patience)
        return reply
    }

    /// Asks how the check-in stands now.
    static func look(_ stage: Stage) throws -> CheckInReply {
        try stage.perform(in: "checkin") { try await CheckInDesk($0).reply(for: request.bookingID, within: .zero) }
    }
}

/// The component `barcode`, as the asynchronous check-in meets it.
enum ScriptedBarcodeComponent {
    static func component(_ script: BarcodeScript) -> Component {
        Component("barcode") {
            Publishes(BarcodeGenerated.self, BarcodeFailed.self)
            Processes(ScriptedBarcodeProcess(script: script))
        }
    }
}

/// Answers the first request of a booking as the script says; further ones with the same key change nothing.
struct ScriptedBarcodeProcess: ProcessDefinition {
    static let name = "barcode"
    static func key(of start: GenerateBarcode) -> String { start.idempotencyKey }

    let script: BarcodeScript

    func run(_ request: GenerateBarcode, _ flow: Flow) async throws {
        switch script {
        case .ok: try await flow.sleep(for: .milliseconds(500))
        case .slow: try await flow.sleep(for: .seconds(90))
        case .down: return flow.publish(BarcodeFailed(bookingID: request.bookingID, reason: "the printer is out"))
        case .downForEver: return
        }
        flow.publish(BarcodeGenerated(bookingID: request.bookingID, barcode: "M1-\(request.bookingID)"))
    }
}
