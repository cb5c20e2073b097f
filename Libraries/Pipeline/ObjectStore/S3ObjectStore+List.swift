internal import HTTPFetch

extension S3ObjectStore {
    // A listing carries no user metadata, so the checksums come from one HEAD an object, eight at a time.
    public func list(
        prefix: String,
        after: String?,
        limit: Int
    ) async throws(ObjectStoreError) -> [ObjectMetadata] {
        var found: [ObjectMetadata] = []
        var token: String?
        while found.count < limit {
            let url = addresses.listing(
                prefix: prefix,
                after: after,
                token: token,
                limit: min(limit - found.count, 1000)
            )
            let response = try await send("GET", prefix, url: url)
            try check(response, prefix)
            let page = try S3Listing(response.body, prefix: prefix)
            found += try await describe(page.keys.compactMap(addresses.path))
            guard page.isTruncated else { break }
            guard let next = page.nextToken, next != token else {
                throw ObjectStoreError(.badResponse, path: prefix, reason: "a listing without continuation")
            }
            token = next
        }
        return found
    }

    private typealias Outcome = Result<ObjectMetadata?, ObjectStoreError>

    private func describe(_ paths: [ObjectPath]) async throws(ObjectStoreError) -> [ObjectMetadata] {
        let outcomes = await withTaskGroup(of: (Int, Outcome).self) { group in
            var outcomes = [Outcome](repeating: .success(nil), count: paths.count)
            var next = 0
            func start() {
                guard next < paths.count else { return }
                let index = next
                next += 1
                let path = paths[index]
                group.addTask { (index, await outcome(of: path)) }
            }
            for _ in 0..<8 { start() }
            for await (index, outcome) in group {
                outcomes[index] = outcome
                start()
            }
            return outcomes
        }
        var found: [ObjectMetadata] = []
        for outcome in outcomes {
            // Nil: removed since it was listed.
            if let metadata = try outcome.get() { found.append(metadata) }
        }
        return found
    }

    /// Not inline in the group's task: there the optimiser loses the index beside a typed throw (Swift 6.3).
    private func outcome(of path: ObjectPath) async -> Outcome {
        do { return .success(try await head(path)) } catch { return .failure(error) }
    }
}
