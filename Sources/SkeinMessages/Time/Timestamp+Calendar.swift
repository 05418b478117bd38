extension Timestamp {
    /// Adds a duration by the calendar, in UTC.
    ///
    /// Years and months come first and keep the day of the month, or take the month's last day when it is shorter:
    /// 31 January and a month is 28 or 29 February. Days and times follow (XML Schema 1.1 part 2, appendix E.3.3).
    /// Stops at the ends of the range.
    public func advanced(by duration: ISO8601Duration) -> Timestamp {
        advanced(by: duration, times: 1)
    }

    /// Adds a duration many times in one step, so that a short month in between does not shift the days after it.
    func advanced(by duration: ISO8601Duration, times: Int64) -> Timestamp {
        let end = Timestamp(microseconds: duration.isNegative ? .min : .max)
        let length = duration.fixedPart.wholeMicroseconds
        guard length != .max, length != .min else { return end }
        let fixed = length.multipliedReportingOverflow(by: times)
        let months = (duration.years * 12 + duration.months).multipliedReportingOverflow(by: times)
        guard !fixed.overflow, !months.overflow else { return end }
        guard let start = months.partialValue == 0 ? self : adding(months.partialValue, duration.isNegative) else {
            return end
        }
        let (sum, overflow) = start.microseconds.addingReportingOverflow(fixed.partialValue)
        return overflow ? end : Timestamp(microseconds: sum)
    }

    /// `nil` beyond the range.
    private func adding(_ months: Int64, _ isNegative: Bool) -> Timestamp? {
        // More months than the range of timestamps has.
        guard months < 12 * 600_000 else { return nil }
        let day = microseconds.dividedFloor(by: 86_400_000_000)
        let (time, _) = microseconds.subtractingReportingOverflow(day &* 86_400_000_000)
        let date = CivilDate.date(ofDay: day)
        let month = date.year * 12 + date.month - 1 + (isNegative ? -months : months)
        let year = month.dividedFloor(by: 12)
        let length = CivilDate.length(ofMonth: month - year * 12 + 1, year: year)
        let target = CivilDate.day(year: year, month: month - year * 12 + 1, day: min(date.day, length))
        let (product, isTooLarge) = target.multipliedReportingOverflow(by: 86_400_000_000)
        let (sum, isStillTooLarge) = product.addingReportingOverflow(time)
        return isTooLarge || isStillTooLarge ? nil : Timestamp(microseconds: sum)
    }
}
