import SkeinStorage
package import SkeinCore

// How each table's row is read, in the order of `Columns`.

extension LogRecord {
    /// Reads a row. An origin that this version cannot read is one of an unknown place; none would say that the message
    /// was written here.
    package init(_ row: PreparedStatement, _ columns: inout EnvelopeColumns) throws {
        self.init(
            position: row.int64(), envelope: try columns.read(row),
            origin: row.optionalText().map(ChannelOrigin.init(stored:)))
    }
}

extension InstanceRow {
    /// Reads a row. A word that this version does not know is no reason to fail: it concerns one instance only.
    package init(_ row: PreparedStatement) {
        let id: InstanceID = row.id()
        let (component, process, key, version) = (row.text(), row.text(), row.text(), row.int())
        let (notation, status) = (row.text(), row.text())
        self.init(
            id: id, component: component, process: process, key: key, version: version,
            notation: Notation(rawValue: notation) ?? .code, status: InstanceStatus(rawValue: status) ?? .parked,
            shard: row.int(),
            seed: Seed(high: UInt64(bitPattern: row.int64()), low: UInt64(bitPattern: row.int64())),
            state: row.optionalData(), stateSeq: row.int64(), result: row.optionalData(),
            attributes: row.optionalData(), correlationID: MessageID(row.text()), trace: row.optionalText(),
            user: row.optionalText(), startedAt: row.time(), endedAt: row.optionalTime())
        if Notation(rawValue: notation) == nil {
            unreadable = "the column 'notation' holds the unknown word '\(notation)'"
            self.status = .parked
        } else if InstanceStatus(rawValue: status) == nil {
            unreadable = "the column 'status' holds the unknown word '\(status)'"
        }
    }
}

extension JournalRow {
    package init(_ row: PreparedStatement) {
        self.init(instance: row.id(), seq: row.int64(), kind: row.text(), body: row.data(), at: row.time())
    }
}

extension WaitRow {
    /// Reads a row. What is no version is read as a malformed one, which concerns the waiting instance only.
    package init(_ row: PreparedStatement) {
        let (component, type, key) = (row.text(), MessageName(trusted: row.text()), row.text())
        let (instance, seq, process): (InstanceID, Int64, String) = (row.id(), row.int64(), row.text())
        self.init(
            component: component, type: type, version: SchemaVersion(stringLiteral: row.text()), key: key,
            instance: instance, seq: seq, process: process, after: row.int64(), since: row.time())
    }
}

extension TimerRow {
    package init(_ row: PreparedStatement) {
        let component = row.text()
        self.init(
            due: row.time(), instance: row.id(), seq: row.int64(), component: component, purpose: row.text())
    }
}

extension ActivityRow {
    package init(_ row: PreparedStatement) {
        self.init(
            instance: row.id(), seq: row.int64(), component: row.text(), name: row.text(),
            idempotencyKey: row.text(), attempt: row.int(), nextAt: row.optionalTime(), scheduledAt: row.time(),
            lastError: row.optionalText(), policy: row.optionalData(), epoch: row.int64(),
            failingSince: row.optionalTime(), incident: row.optionalID(), system: row.text())
    }
}

extension MailboxRow {
    package init(_ row: PreparedStatement) {
        self.init(
            seq: row.int64(), instance: row.id(), component: row.text(), input: row.data(),
            position: row.optionalInt64())
    }
}

extension IncidentRow {
    package init(_ row: PreparedStatement) {
        self.init(
            id: row.id(), component: row.text(), kind: row.text(), instance: row.optionalID(),
            seq: row.optionalInt64(), subscription: row.optionalText(), key: row.optionalText(),
            position: row.optionalInt64(), cause: row.text(), error: row.text(), at: row.time(),
            resolvedAt: row.optionalTime(), resolution: row.optionalText(), failingSince: row.optionalTime(),
            nextAttempt: row.optionalTime())
    }
}

extension ParkedRow {
    package init(_ row: PreparedStatement) throws {
        self.init(
            subscription: row.text(), key: row.text(), position: row.int64(), state: try row.value("state"),
            attempts: row.int(), nextAt: row.optionalTime(), error: row.optionalText(), payload: row.optionalData(),
            concerns: row.text().split(separator: " ").map(String.init), at: row.time(),
            failingSince: row.optionalTime(), incident: row.optionalID())
    }
}

extension BufferedRow {
    package init(_ row: PreparedStatement) {
        self.init(
            component: row.text(), process: row.text(), type: MessageName(trusted: row.text()), key: row.text(),
            position: row.int64(), expires: row.time())
    }
}

extension DefinitionRow {
    package init(_ row: PreparedStatement) throws {
        self.init(
            component: row.text(), process: row.text(), version: row.int(), notation: try row.value("notation"),
            at: row.time())
    }
}

extension SourcePlaceRow {
    package init(_ row: PreparedStatement) {
        self.init(channel: row.text(), topic: row.text(), partition: row.int(), next: row.int64())
    }
}

extension PreparedStatement {
    package func id() -> InstanceID { InstanceID(rawValue: int64()) }

    package func id() -> IncidentID { IncidentID(rawValue: int64()) }

    package func optionalID() -> InstanceID? { optionalInt64().map(InstanceID.init(rawValue:)) }

    package func optionalID() -> IncidentID? { optionalInt64().map(IncidentID.init(rawValue:)) }

    package func time() -> Timestamp { Timestamp(microseconds: int64()) }

    package func optionalTime() -> Timestamp? { optionalInt64().map(Timestamp.init(microseconds:)) }

    /// A value of a closed set of words.
    package func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        let word = text()
        guard let value = Value(rawValue: word) else {
            throw StoreError(.corrupt, "the column '\(column)' holds the unknown word '\(word)'")
        }
        return value
    }
}
