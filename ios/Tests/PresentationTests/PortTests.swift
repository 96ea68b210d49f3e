import Foundation
import PayTaipeiKit
import Testing

@testable import PayTaipeiTesting
@testable import Ports
@testable import Presentation

#if canImport(Glibc)
    import Glibc
#endif

/// What of the ports is not Apple's runs here too.
@MainActor
@Suite("Ports", .timeLimit(.minutes(3)))
struct PortTests {
    @Test("what was agreed to offline is paid in the background, by an app that nobody opened")
    func drained() async throws {
        try await play { world in
            let desk = Desk(world)
            let payment = try await agreedOffline(desk)
            #expect(
                await drain(desk, atMost: .seconds(3)), "without a network it is left")
            try await desk.network(true)
            #expect(await drain(desk) == false)
            #expect(try await world.charges().map(\.paymentId) == [payment])
            #expect(await drain(desk) == false)
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("ended early, it holds no lock, and what was sent is asked about and charged once")
    func endedEarly() async throws {
        try await play { world in
            let desk = Desk(world)
            let payment = try await agreedOffline(desk)
            try await desk.network(true)
            try await world.fault("slow_reply", route: "put", ms: 8_000)
            let draining = Task { await drain(desk) }
            while try await world.charges().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            #expect(!isFree(world), "while it drains it holds the lock: otherwise this shows nothing")
            draining.cancel()
            #expect(await draining.value, "its end is not known yet")
            #expect(isFree(world))
            try await desk.process { app in
                let asked = try await app.payment(payment) { $0.ended }
                #expect(asked.state == .settled)
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("an app that nobody sees holds no lock, and goes on when it is seen again")
    func rests() async throws {
        try await play { world in
            let desk = Desk(world)
            let photo = try await world.photo(world.issue())
            try await desk.process { app in
                try await app.verify(world)
                try await desk.network(false)
                let payment = try await app.choose("jkopay", app.scan(photo))
                try await app.agree(payment)
                #expect(app.drains && !isFree(world))
                await app.rest()
                #expect(!app.drains && isFree(world))
                try await desk.network(true)
                app.launch()
                #expect(try await app.payment(payment) { $0.ended }.state == .settled)
                #expect(app.state.place == .onePayment(id: payment))
            }
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a link shows what the phone holds, and leads nowhere else")
    func links() async throws {
        let links = Links(host: "pay.example")
        let place = { (text: String) in URL(string: text).flatMap(links.place) }
        let id = "01890a5d-ac96-774b-bcce-b302099a8057"
        #expect(place("https://pay.example/app/payment/\(id)") == .onePayment(id: id))
        #expect(place("https://PAY.example/app/scan") == .scan)
        for text in [
            "http://pay.example/app/scan", "https://pay.example.evil/app/scan", "https://a@pay.example/app/scan",
            "https://pay.example:8443/app/scan", "https://pay.example/app/agree/\(id)",
            "https://pay.example/app/payment/x",
            "https://pay.example/app/payment/\(id)/cancel", "https://pay.example/app", "paytaipei://app/scan",
        ] {
            #expect(place(text) == nil, "\(text)")
        }
        try await play { world in
            let desk = Desk(world)
            try await desk.process { app in
                app.arrive(.scan)
                try await until { app.state.place == .verify }
                app.arrive(.scan)
                #expect(app.state.place == .verify, "nothing opens before a number is verified")
                try await app.verify(world)
                app.arrive(.onePayment(id: id))
                #expect(app.state.place == .progress, "a payment that is not here is none to show")
                app.arrive(.scan)
                #expect(app.state.place == .scan)
            }
        }
    }

    @Test("one request goes out over mobile data, and its status is read in pieces")
    func request() throws {
        let http = try #require(HTTPStatus(url: "https://op.example:8443/check?session=a%20b"))
        #expect(http.host == "op.example" && http.port == 8443)
        #expect(
            String(decoding: http.request, as: UTF8.self)
                == "GET /check?session=a%20b HTTP/1.1\r\nHost: op.example:8443\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        )
        for text in [
            "http://op.example/", "https:///", "https://u:p@op.example/", "op.example", "https://op.example:99999/",
        ] {
            #expect(HTTPStatus(url: text) == nil, "\(text)")
        }
        #expect(HTTPStatus.read(Data("HTTP/1.1 20".utf8)) == .more)
        #expect(HTTPStatus.read(Data("HTTP/1.1 204 No Content\r\n".utf8)) == .status(204))
        #expect(HTTPStatus.read(Data("HTTP/1.1 302\r\nLocation: x".utf8)) == .status(302))
        for text in [
            "SSH-2.0\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 x\r\n", "HTTP/2 200\r\n", "\r\n",
            String(repeating: "a", count: 1024),
        ] {
            #expect(HTTPStatus.read(Data(text.utf8)) == .malformed, "\(text)")
        }
    }

    @Test("only this user reads the folder of the store")
    func folder() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "paytaipei-folder-\(UUID())")
        defer { try? FileManager.default.removeItem(at: base) }
        let folder = try Storage.prepared(base.appending(path: "a"))
        #expect(try Storage.prepared(folder) == folder)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test("the first answer counts, and one that does not come is not waited for")
    func answer() {
        let answer = Answer<Int>()
        DispatchQueue.global().async {
            answer.give(1)
            answer.give(2)
        }
        #expect(answer.wait() == 1)
        #expect(Answer<Int>().wait(atMost: 0.01) == nil)
    }

    private func drain(_ desk: Desk, atMost patience: Duration = .seconds(60)) async -> Bool {
        await Draining.run(atMost: patience) {
            try await desk.open(.en)
        } released: {
            await desk.released()
        }
    }

    private func agreedOffline(_ desk: Desk) async throws -> String {
        let photo = try await desk.world.photo(desk.world.issue())
        return try await desk.process { app in
            try await app.verify(desk.world)
            try await desk.network(false)
            let payment = try await app.choose("jkopay", app.scan(photo))
            try await app.agree(payment)
            return payment
        }
    }

    /// Whether another process could drain.
    private func isFree(_ world: World) -> Bool {
        let file = open(world.folder.appending(path: "phone/drain.lock").path, O_RDWR)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) == 0
    }
}
