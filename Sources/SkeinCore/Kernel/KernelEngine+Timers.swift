extension KernelEngine {
    /// Takes committed timers into memory.
    func arm(_ timers: [TimerRow]) {
        for timer in timers { window.insert(timer) }
        setAlarm()
    }

    private func setAlarm() {
        guard hold == nil, let due = window.nextDue else { return }
        if let alarm, alarm.due <= due { return }
        if let alarm { core.timers.cancel(alarm.token) }
        let token = core.timers.schedule(at: due) { [weak self] in self?.post(.timersDue) }
        alarm = (due, token)
    }

    /// Fires the timers that are due, at most a thousand in one commit. It waits until every message that was in the
    /// log when they became due has been routed; see ``TimerHold``.
    func fireTimers() throws {
        // However many are due, what is on its way into the store does not grow.
        guard ticket - committedTicket < Self.pipelineDepth else {
            // While there is a hold that is not over, every event asks for this.
            if hold?.isOver ?? true { deferred.append(.timersDue) }
            return
        }
        let now = core.environment.clock.now
        // The clock was set back, so what was due is not due any more.
        if let hold, hold.through > now { self.hold = nil }
        if hold == nil, let due = window.nextDue, due <= now {
            hold = TimerHold(through: now, position: try reader.highWater().position)
        }
        guard let hold else { return setAlarm() }
        guard hold.isOver || routedThrough >= hold.position else { return }
        self.hold?.isOver = true
        if window.needsReading(at: hold.through) { try readTimers() }
        let limit = 1000
        let due = window.takeDue(at: hold.through, limit: limit)
        // The mailbox of an instance that catches up comes before its timers, which are read again after that.
        for timer in due where !isClosing {
            guard try load(timer.instance), let instance = live[timer.instance], instance.row.status == .running,
                !instance.isCatchingUp
            else { continue }
            try react(timer.instance, .timer(op: timer.seq, purpose: timer.purpose, due: timer.due))
        }
        guard due.count < limit else {
            submit()
            return post(.timersDue)
        }
        self.hold = nil
        setAlarm()
    }

    /// The position up to which every message has been routed to all its receivers.
    private var routedThrough: Int64 {
        if let delivery, delivery.released == nil { return delivery.record.position - 1 }
        return backlog.first.map { $0.position - 1 } ?? feed.cursor
    }

    /// Reads the next stretch of timers from the store.
    private func readTimers() throws {
        let limit = max(1, core.configuration.timersInMemory / 2)
        let rows = try reader.timers(
            component: component, after: window.readThrough, due: Timestamp(microseconds: .max), limit: limit)
        window.extend(with: rows, isComplete: rows.count < limit)
    }

    /// Removes what need not be kept any longer, in chunks, now and every hour while there is any: messages that nobody
    /// came to wait for, and instances that ended long enough ago.
    func tidy() throws {
        isTidyPlanned = false
        guard !isClosing else { return }
        let moreMessages = try removeExpired()
        let moreInstances = try removeEnded()
        if moreMessages || moreInstances {
            deferred.append(.tidy)
        } else if try core.configuration.keepsEndedInstances != nil || hasBuffered() {
            planTidying()
        }
    }

    func planTidying() {
        guard !isTidyPlanned else { return }
        isTidyPlanned = true
        core.intervals.schedule(after: .hours(1)) { [weak self] in
            self?.post(.tidy)
        }
    }

    private func removeEnded() throws -> Bool {
        guard let duration = core.configuration.keepsEndedInstances else { return false }
        let limit = 500
        let ids = try reader.endedInstances(
            component: component, before: core.environment.clock.now.advanced(by: .zero - duration), limit: limit)
        for id in ids where live[id] == nil { turn.unit.writes.append(.removeInstance(id)) }
        return ids.count == limit
    }

    /// What must happen next, read from the store: due timers, unfinished activities, kept inputs, released messages.
    func recover() throws {
        if !servesEntities { try recoverTimersAndActivities() }
        var seq: Int64 = 0
        var seen: Set<Int64> = []
        while true {
            let page = try reader.mailbox(component: component, after: seq, limit: 1000)
            for row in page where seen.insert(row.instance).inserted { post(.reconsider(instance: row.instance)) }
            guard page.count == 1000, let last = page.last else { break }
            seq = last.seq
        }
        try recoverReleased()
        post(.tidy)
    }

    private func recoverTimersAndActivities() throws {
        try readTimers()
        post(.timersDue)
        let now = core.environment.clock.now
        var cursor = WaitCursor.start
        while true {
            let page = try reader.scheduledActivities(component: component, after: cursor, limit: 1000)
            for row in page {
                let id = WaitCursor(instance: row.instance, seq: row.seq)
                if let due = row.nextAt, due > now { schedule(id, at: due) } else { activities.enqueue(id) }
                cursor = id
            }
            guard page.count == 1000 else { break }
        }
    }
}
