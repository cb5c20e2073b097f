import Basketball
import Testing

@Suite struct PlayerLookupTests {
    @Test(arguments: [
        ("", ""), ("Jaren Jackson Jr.", "jarenjacksonjr"), ("Gary Payton II", "garypaytonii"),
        ("Robert Williams III", "robertwilliamsiii"), ("Nikola Đurišić", "nikolaurisic"), ("Luka Dončić", "lukadoncic"),
        ("Dennis Schröder", "dennisschroder"), ("Kristaps Porziņģis", "kristapsporzingis"),
        ("Alperen Şengün", "alperensengun"), ("Dāvis Bertāns", "davisbertans"), ("R.J. Barrett", "rjbarrett"),
        ("P.J. Tucker", "pjtucker"), ("Royce O'Neale", "royceoneale"), ("Royce O’Neale", "royceoneale"),
        ("Nah'Shon Hyland", "nahshonhyland"), ("Karl-Anthony Towns", "karlanthonytowns"),
        ("Michael Porter Junior", "michaelporterjr"), ("Michael Porter Jr", "michaelporterjr"),
        ("Michael Porter, Jr.", "michaelporterjr"), ("Marcus Morris Sr.", "marcusmorrissr"),
        ("Marcus Morris SENIOR", "marcusmorrissr"), ("DeAndre' Bembry", "deandrebembry"),
        ("Johnny O'Bryant III", "johnnyobryantiii"), ("İlkan Karaman", "ilkankaraman"),
        ("Ersan ılyasova", "ersanilyasova"),
        ("Luka Donc\u{030C}ic\u{0301}", "lukadoncic"), ("Ｎikola\u{00A0}Jokić", "nikolajokic"),
        ("Łukasz Ørn", "ukaszrn"),
        ("Mozgov", "mozgov"), ("Seniorson Junior", "seniorsonjr"), ("Juniorius", "juniorius"), ("日本", ""),
        ("Nenê", "nene"), ("Trey Murphy III", "treymurphyiii"), ("ﬁnn Stone", "finnstone"),
    ])
    func namesBecomeLookups(_ name: String, _ lookup: String) {
        #expect(PlayerLookup.normalize(name) == lookup)
    }

    @Test(
        arguments: [
            ("Gary Payton II", "Gary Payton", "II"), ("Tim Hardaway Jr.", "Tim Hardaway", "Jr."),
            ("Mozgov", "Mozgov", nil),
            ("Timofey Mozgov", "Timofey Mozgov", nil), ("Holmes II", "Holmes", "II"), (" II", " II", nil),
        ] as [(String, String, String?)]
    )
    func aSuffixNeedsASpace(_ name: String, _ head: String, _ suffix: String?) {
        let split = PlayerLookup.splitSuffix(name)
        #expect(split.name == head)
        #expect(split.suffix == suffix)
    }

    @Test func distinctPlayersOfASeasonKeepDistinctLookups() throws {
        guard let rows = try ReferenceData.rows("box_scores/player_game_logs_2023-24.csv.gz") else { return }
        var ids: [String: Set<String>] = [:]
        for row in rows.dropFirst() { ids[PlayerLookup.normalize(row[2]), default: []].insert(row[1]) }
        #expect(ids.count > 500)
        #expect(ids[""] == nil)
        #expect(ids.filter { $0.value.count > 1 }.isEmpty)
    }
}

@Suite struct TeamTests {
    @Test func thereAreThirtyDistinctTeams() {
        #expect(Team.all.count == 30)
        #expect(Set(Team.all.map(\.id)).count == 30)
        #expect(Set(Team.all.map(\.tricode)).count == 30)
        #expect(Set(Team.all.map(\.division)).count == 6)
        #expect(Team.all.count { $0.conference == .western } == 15)
    }

    @Test(arguments: Team.all)
    func everyNameOfATeamFindsIt(_ team: Team) throws {
        #expect(try Team(tricode: team.tricode) == team)
        #expect(try Team(id: team.id) == team)
        for name in [
            team.tricode.lowercased(), team.fullName, team.fullName.uppercased(), team.oddsAPIName, team.nickname,
        ] {
            #expect(try Team(named: name) == team)
        }
    }

    @Test(arguments: [
        ("gs", "GSW"), ("ny", "NYK"), ("no", "NOP"), ("sa", "SAS"), ("utah", "UTA"), ("wsh", "WAS"), ("WSH", "WAS"),
        ("BRK", "BKN"), ("CHO", "CHA"), ("PHO", "PHX"), ("Los Angeles Clippers", "LAC"), ("LA Clippers", "LAC"),
        ("Sixers", "PHI"), ("Trail Blazers", "POR"), ("Cavs", "CLE"), ("Golden State", "GSW"),
    ])
    func codesOfOtherSourcesAreKnown(_ name: String, _ tricode: String) throws {
        #expect(try Team(named: name).tricode == tricode)
    }

    @Test(arguments: ["", "OKL", "LBN", "SHE", "Melbourne United", "Sydney Kings", "Oklahoma"])
    func unknownNamesAreRefused(_ name: String) {
        #expect(throws: TeamError.unknown(name)) { try Team(named: name) }
    }

    @Test(arguments: ["Los Angeles", "los angeles", "LA"])
    func aCityOfTwoTeamsIsRefused(_ name: String) {
        #expect(throws: TeamError.ambiguous(name)) { try Team(named: name) }
    }

    @Test func tableAgreesWithTheReferenceWhenPresent() throws {
        guard let rows = try ReferenceData.rows("reference/teams.csv") else { return }
        for row in rows.dropFirst() {
            let team = try Team(id: #require(Int(row[0])))
            #expect(team.tricode == row[2])
            #expect(try Team(named: row[3]) == team)
        }
        guard let arenas = try ReferenceData.rows("reference/arenas.csv") else { return }
        // The reference also lists arenas of former teams.
        for row in arenas.dropFirst() where Team.all.contains(where: { $0.tricode == row[0] }) {
            let team = try Team(tricode: row[0])
            let arena = Arena.home(of: team)
            let miles = Arena.greatCircleMiles(
                latitude: arena.latitude,
                longitude: arena.longitude,
                toLatitude: try #require(Double(row[3])),
                toLongitude: try #require(Double(row[4]))
            )
            #expect(miles < 0.5, "\(team)")
            #expect(abs(arena.elevationMeters - (try #require(Int(row[5])))) <= 30, "\(team)")
        }
    }

    @Test func distancesAreGreatCircles() throws {
        let boston = Arena.home(of: try Team(tricode: "BOS"))
        let losAngeles = Arena.home(of: try Team(tricode: "LAL"))
        #expect(Arena.all.count == 30)
        #expect(abs(boston.miles(to: losAngeles) - 2_591) < 10)
        #expect(boston.miles(to: boston) == 0)
        let clippers = Arena.home(of: try Team(tricode: "LAC"))
        #expect(losAngeles.miles(to: clippers) < 12)
    }
}
