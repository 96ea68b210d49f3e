import Foundation
import PayTaipeiFFI
import Testing

@testable import PayTaipeiKit
@testable import PayTaipeiTesting

@Suite("Observing", .timeLimit(.minutes(3)))
struct ObserverTests {
    /// What is heard of a payment until it has ended, each list taken as slowly as asked.
    private func heard(
        _ changes: AsyncThrowingStream<[Payment], any Error>, _ id: String, pause: Duration
    ) async throws -> [Payment] {
        var heard: [Payment] = []
        for try await all in changes {
            try await Task.sleep(for: pause)
            heard += all.filter { $0.id == id }
            if heard.last?.ended == true { break }
        }
        return heard
    }

    @Test("two observers hear of the same payment, and a slow one misses no last value", .timeLimit(.minutes(1)))
    func twoObservers() async throws {
        try await story { world in
            let phone = try await world.verified()
            let agreed = try await phone.agree(world.issue())
            async let quickly = heard(phone.payments.changes(), agreed.id, pause: .zero)
            async let slowly = heard(phone.payments.changes(), agreed.id, pause: .milliseconds(1_500))
            for try await _ in phone.payments.live() { break }
            _ = try await phone.payments.sync()
            let (quick, slow) = (try await quickly.map(\.state), try await slowly.map(\.state))
            #expect(quick.first == .awaitingNetwork && quick.last == .settled)
            #expect(slow.last == .settled)
            #expect(slow.count <= quick.count)
            // Whoever comes after the end hears of nothing that has ended, and at once of what is new.
            let next = try await phone.payments.pay(bill: phone.keyIn(world.issue()), provider: "opay")
            for try await all in phone.payments.changes() {
                #expect(all.map(\.id) == [next.id])
                break
            }
        }
    }

    @Test("what is told is stored already")
    func storedAlready() async throws {
        let order: [PaymentState] = [
            .needsInquiry, .needsConsent, .awaitingNetwork, .checking, .submitting, .awaitingHandOff, .unknown, .settled,
        ]
        try await story { world in
            let phone = try await world.verified()
            let agreed = try await phone.agree(world.issue())
            let watching = Task {
                var pairs: [(told: Payment, stored: Payment)] = []
                for try await all in phone.payments.changes() {
                    for told in all { pairs.append((told, try await phone.payments.payment(told.id))) }
                    if all.contains(where: \.ended) { break }
                }
                return pairs
            }
            _ = try await phone.payments.sync()
            for (told, stored) in try await watching.value {
                #expect(order.firstIndex(of: stored.state)! >= order.firstIndex(of: told.state)!)
                #expect(stored.updatedAt >= told.updatedAt)
            }
            #expect(try await phone.payments.payment(agreed.id).state == .settled)
        }
    }

    private final class Recorder: PaymentObserver {
        private let stream: AsyncStream<Payment>
        private let heard: AsyncStream<Payment>.Continuation
        private let failing: Bool

        init(failing: Bool = false) {
            (stream, heard) = AsyncStream.makeStream()
            self.failing = failing
        }

        func changed(payments: [Payment]) throws {
            payments.forEach { heard.yield($0) }
            if failing { throw Failure(description: "an observer's own mistake") }
        }

        func ended(error: PayTaipeiError) {}

        /// The next, or none within the time.
        func next(within time: Duration = .seconds(10)) async -> Payment? {
            let waiting = Task { [stream] in await stream.first { _ in true } }
            let clock = Task {
                try await Task.sleep(for: time)
                waiting.cancel()
            }
            defer { clock.cancel() }
            return await waiting.value
        }
    }

    @Test("an observer that throws goes on hearing, and one that left hears no more")
    func throwing() async throws {
        try await story { world in
            let vault = SoftVault()
            let phone = try await world.verified(vault)
            let raw = try PayTaipeiFFI.PayTaipei.open(config: world.config(), vault: vault, connectivity: Connected())
            let (broken, left, staying) = (Recorder(failing: true), Recorder(), Recorder())
            var subscriptions = try [broken, left, staying].map { try raw.payments().observe(observer: $0) }
            let first = try await phone.payments.pay(bill: phone.keyIn(world.issue()), provider: "jkopay")
            for recorder in [broken, left, staying] { #expect(await recorder.next()?.id == first.id) }
            subscriptions.remove(at: 1)
            let second = try await phone.payments.cancel(first.id)
            for recorder in [broken, staying] { #expect(await recorder.next()?.state == second.state) }
            #expect(await left.next(within: .seconds(1)) == nil)
            withExtendedLifetime(subscriptions) {}
        }
    }

    @Test("leaving after the first list unsubscribes, as often as one likes")
    func leaving() async throws {
        try await story { world in
            let phone = try await world.verified()
            _ = try await phone.agree(world.issue())
            for _ in 0..<20 {
                for try await all in phone.payments.changes() {
                    #expect(all.count == 1)
                    break
                }
            }
        }
    }

    @Test("cancelling a task that iterates ends its iteration")
    func cancelling() async throws {
        try await story { world in
            let phone = try await world.verified()
            let iterating = try await watching(phone, world)
            iterating.cancel()
            try await iterating.value
        }
    }

    @Test("an observer is told why there is nothing more to hear")
    func toldWhy() async throws {
        try await story { world in
            let phone = try await world.verified()
            let iterating = try await watching(phone, world)
            try await world.revoke()
            #expect(try await refusal { try await phone.payments.sync() }.code == "number_not_verified")
            guard case .Number = try await refusal({ try await iterating.value }) else {
                throw Failure(description: "ended without its reason")
            }
        }
    }

    @Test("what was not taken yet adds up to the last value of each payment")
    func addingUp() async throws {
        try await story { world in
            let phone = try await world.verified()
            let mailbox = Mailbox()
            let (a, b) = (try await phone.agree(world.issue()), try await phone.agree(world.issue()))
            mailbox.changed(payments: [a, b])
            _ = try await phone.payments.sync()
            let settled = try await phone.payments.payment(b.id)
            mailbox.changed(payments: [settled])
            mailbox.end(nil)
            #expect(try await mailbox.next() == [a, settled])
            #expect(try await mailbox.next() == nil)
        }
    }
}

/// A task that iterates over all changes, and has heard of the first.
private func watching(_ phone: PayTaipeiKit.PayTaipei, _ world: World) async throws -> Task<Void, any Error> {
    let first = AsyncStream<Void>.makeStream()
    let iterating = Task {
        for try await _ in phone.payments.changes() { first.continuation.yield() }
    }
    _ = try await phone.agree(world.issue())
    for await _ in first.stream { break }
    return iterating
}
