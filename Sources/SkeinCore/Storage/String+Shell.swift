extension String {
    /// The text as one word of a shell's command line, for commands that messages suggest: as it is where a shell
    /// leaves it alone, else in single quotes.
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
