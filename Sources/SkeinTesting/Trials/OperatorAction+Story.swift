import SkeinActions
import SkeinCore

extension OperatorAction {
    /// The action in words.
    var text: String {
        switch self {
        case .repair(let incident, let repair): "\(repair.word) incident \(incident)"
        case .repairAll(let cause, let repair): "\(repair.word) every incident of '\(cause)'"
        case .retryInstance(let id): "retry instance \(id)"
        case .cancel(let id, _): "cancel instance \(id)"
        case .terminate(let id, _): "terminate instance \(id)"
        case .suspend(let id): "suspend instance \(id)"
        case .resume(let id): "resume instance \(id)"
        case .editRetry(let id, let op, _): "edit the retries of activity \(op) of instance \(id)"
        case .suspendSystem(let system): "suspend the system '\(system)'"
        case .resumeSystem(let system): "resume the system '\(system)'"
        }
    }
}

extension IncidentRepair {
    fileprivate var word: String {
        switch self {
        case .retry: "retry"
        case .edit: "edit"
        case .skip: "skip"
        case .redirect(let component): "redirect to '\(component)'"
        }
    }
}
