public import Skein

/// The components of check-in.
public enum CheckInComponents {
    /// Check-in with a barcode generator that is called.
    public static func checkIn(
        generator: any BarcodeGenerator, retry: RetryPolicy = CheckInProcess.retry,
        onExhaustion: ActivityOptions.Exhaustion = .throw
    ) -> Component {
        Component("checkin") {
            Publishes(CheckInCompleted.self, TravellerReferred.self)
            Processes(CheckInProcess(generator: generator, retry: retry, onExhaustion: onExhaustion))
        }
    }

    /// Check-in with a component `barcode` that is sent messages.
    public static func asynchronousCheckIn(requests: Int = 3, interval: Duration = .minutes(1)) -> Component {
        Component("checkin") {
            Publishes(CheckInCompleted.self, TravellerReferred.self)
            Processes(AsynchronousCheckIn(requests: requests, interval: interval))
        }
    }

    /// Gets boarding passes to travellers.
    public static func output(_ management: any OutputManagement) -> Component {
        Component("output") {
            Publishes(BoardingPassSent.self)
            Handle(SendBoardingPass.self) { command, context in
                try await management.deliver(command.barcode, to: command.traveller, key: context.idempotencyKey)
                try context.publish(BoardingPassSent(bookingID: command.bookingID))
            }
        }
    }
}
