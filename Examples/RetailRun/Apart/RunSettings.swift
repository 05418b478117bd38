import Skein

/// What a run is asked for, however the shop is divided.
struct RunSettings: Sendable {
    /// The file of the store; the folder of the files where the shop runs apart.
    var store: String
    /// The directory of the outside world.
    var world: String
    /// How many orders there are to be in the end.
    var orders: Int
    /// How many orders are placed in a second.
    var rate: Double
    /// How long a day of business takes.
    var day: Duration
    /// As `retail-world` takes them.
    var worldOptions: [String]

    /// The same on a command line of `retail run`.
    var arguments: [String] {
        [
            "--store", store, "--world", world, "--orders", "\(orders)", "--rate", "\(rate)", "--time-scale",
            day.iso8601,
        ] + worldOptions
    }
}
