import Testing
import Warehouse

@testable import Pipeline

@Suite struct ComputeRegistryTests {
    @Test func everyInputNamesColumnsThatTheTableHas() {
        let tables = Dictionary(
            uniqueKeysWithValues: (WarehouseTables.raw + WarehouseTables.analytics + WarehouseTables.precompute)
                .map { ($0.name, $0) }
        )
        for processor in Registry.standard.processors where [.analytics, .precompute].contains(processor.phase) {
            for input in processor.inputs {
                let known = Set(tables[input.table]?.columns.map(\.name) ?? [])
                #expect(input.columns.subtracting(known).isEmpty, "\(processor.name) reads \(input.table)")
            }
            if processor.isEnabled, let output = processor.output {
                #expect(tables[output] != nil, "\(output)")
                #expect(Workbench.processors[processor.name] != nil, "\(processor.name)")
            }
        }
    }
}
