import Foundation

extension PipelineConfiguration {
    /// The settings of a process that begins. Where they cannot be used it ends with 2 after telling every problem; where
    /// `--print-config` only asks for them, with 0 after printing them.
    ///
    /// - Parameter own: reads the service's settings; its result must not be used before this returns.
    package static func loadOrExit<Own>(
        service: String,
        _ own: (inout ConfigurationReader) -> Own
    ) -> (common: PipelineConfiguration, own: Own) {
        do {
            let loaded = try load(service: service, own)
            guard CommandLine.arguments.contains("--print-config") else { return loaded }
            print(loaded.common.description)
            exit(0)
        } catch {
            FileHandle.standardError.write(Data("\(service): \(error)\n".utf8))
            exit(2)
        }
    }
}
