import ArgumentParser
import Foundation
import SkeinSQLite

/// The command `skein`: looks into a store and repairs what is parked.
struct SkeinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein",
        abstract: "Look into Skein stores, and repair what is parked.",
        discussion: """
            Name the store with --store FILE, or once with the environment variable SKEIN_STORE. Looking never \
            changes a store and works while a process has it open. Actions on a store that a process has open go to \
            that process; otherwise this command opens the store itself.

            Where components run in several processes, name the folder that holds their stores (NAME.db): lists then \
            have the rows of all of them, each message once, and an action goes to the store that has what it is about.

            EXAMPLES:
              skein events --store shop.db --name 'payment.*' --since 15m
              skein show 4711 --store shop.db
              skein instances --state parked
              skein instance 12                 why it waits, and its journal
              skein incidents
              skein retry 3                     try again what incident 3 holds up
              skein edit 3 --payload '{"orderID":"a"}'
              skein redirect 3 --to backoffice  let another component handle the message
              skein suspend --system bank       stop all activities towards the bank
              skein events --store demo/apart   what several processes wrote, as one
              skein channels                    how the ways to other processes stand
              skein relay                       what waits to leave, and what brokers refuse
              skein replay --channel shop --since 2h
                                                take in again what the broker has
              skein dead-letters stomp://localhost:61613
              skein catalogue --json | jq .orphans

            EXIT CODES:
              0   done
              1   the answer is no: unknown, refused, or problems found
              64  wrong usage
              66  no such store, the file is no store, or has a second name (hard link)
              69  unavailable: the owner's socket or a broker does not answer, or the
                  store is of a newer version
              70  internal: the store cannot be read
              71  a limit of the system on this process is too low
              73  the store or a backup cannot be written: no room, a failed write, its
                  files taken away
              74  the output cannot be written
              75  try later: another process has the store and takes no requests
            """,
        version: "0.1.0",
        subcommands: [
            EventsCommand.self, ShowCommand.self, InstancesCommand.self, InstanceCommand.self, IncidentsCommand.self,
            RetryCommand.self, EditCommand.self, SkipCommand.self, RedirectCommand.self, CancelCommand.self,
            TerminateCommand.self, SuspendCommand.self, ResumeCommand.self, CatalogueCommand.self,
            ChannelsCommand.self, RelayCommand.self, DeadLettersCommand.self, ReplayCommand.self,
            ServeCommand.self, StoreCommand.self,
            BenchCommand.self,
        ])
}

@main
enum Main {
    static func main() async {
        // A file that reaches the limit on its size is to make a write fail, not to end the process.
        signal(SIGXFSZ, SIG_IGN)
        DescriptorLimit.raise(to: 1024)
        do {
            var command = try SkeinCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            if Shortfall.isNoted { throw Failure.no() }
        } catch {
            Failure.exit(error)
        }
    }
}
