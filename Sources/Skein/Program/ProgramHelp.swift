import SkeinCore

/// What a program that runs components says of itself.
struct ProgramHelp {
    let program: String
    let components: [Component]

    var text: String {
        let names = components.map(\.name)
        let what = names.count == 1 ? "the component \(names[0])" : "the components \(names.joined(separator: ", "))"
        return """
            USAGE: \(program)

            Runs \(what).
            It runs until it is told to stop, by Ctrl-C or SIGTERM, and goes on where it was
            when it is started again. A second signal ends it at once, and loses nothing.

            The command 'skein' shows what is in its store: skein --help

            """
    }
}
