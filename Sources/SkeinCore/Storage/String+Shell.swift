extension String {
    /// The text as one word of a shell command, for commands that messages suggest. A text with special characters is
    /// put in single quotes.
    package var shellWord: String {
        let plain =
            !isEmpty
            && unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "_", "-", "+", ":", ",", "=", "@", "%": true
                default: false
                }
            }
        return plain
            ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
