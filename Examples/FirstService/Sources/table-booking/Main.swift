import TableBooking

@main
enum Main {
    static func main() async { await Service.run() }
}
