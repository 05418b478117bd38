/// A user's change that joins a commit. Its concrete type belongs to the store's adapter; a store that is given an
/// enlistment of another adapter fails the unit with ``StoreError`` code `foreignEnlistment`.
public protocol Enlistment: Sendable {}
