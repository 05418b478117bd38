public import SkeinStorage
public import SkeinActions

/// What a tool asks of the process that has a store open: one line of JSON on the control socket, such as
/// `{"do":"retry","incident":5}`.
///
/// | `do` | members |
/// |---|---|
/// | `ping`, `counts`, `relay` | none |
/// | `trim` | `age` (seconds), `messages`, or both |
/// | `retry` | `incident`, `instance` or `cause` |
/// | `edit` | `incident` or `cause`, `payload` (JSON, as text); or `instance`, `activity`, `retry` (an object) |
/// | `skip` | `incident` or `cause` |
/// | `redirect` | `incident` or `cause`, `to` (a component) |
/// | `cancel`, `terminate` | `instance`, and `reason` if there is one |
/// | `suspend`, `resume` | `instance` or `system` |
public enum ControlRequest: Sendable, Hashable {
    /// Who is there.
    case ping
    /// What the runtime has counted; see `RuntimeCounts`.
    case counts
    /// Moves what other drivers have put into the outbox into the log.
    case relay
    /// Trims the log now.
    case trim(LogRetention)
    /// Carries out an operator's action.
    case perform(OperatorAction)
}
