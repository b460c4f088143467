import ArgumentParser

@main
struct Longshore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "longshore",
        abstract: "A fleet that loads data warehouses."
    )
}
