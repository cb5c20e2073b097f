import ArgumentParser
import Basketball

/// A season as people write it.
enum SeasonArgument {
    static func read(_ text: String) throws -> Season {
        do { return try Season(label: text) } catch {
            throw ValidationError("'\(text)' is no season; write it as 2023-24")
        }
    }
}
