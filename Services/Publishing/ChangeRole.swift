public import Pipeline
public import ServiceLifecycle

/// Keeps the readers of the stream up to date.
public struct ChangeRole: Service {
    let changes: ChangeStream
    let context: ServiceContext

    public init(changes: ChangeStream, context: ServiceContext) {
        self.changes = changes
        self.context = context
    }

    public func run() async throws {
        await changes.follow(ChangeLog(pool: context.pool), logger: context.logger)
    }
}
