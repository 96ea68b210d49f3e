import PayTaipeiFFI

/// One observation, begun when it is first asked. Letting go of it unsubscribes.
final class Watch: Sendable {
    private let home: Home
    private let mailbox = Mailbox()
    private let held = Locked<Held?>(nil)

    /// What ends with the observation.
    private final class Held: Sendable {
        private let subscription: PayTaipeiFFI.Subscription
        private let forget: @Sendable () -> Void

        init(_ subscription: PayTaipeiFFI.Subscription, _ forget: @escaping @Sendable () -> Void) {
            self.subscription = subscription
            self.forget = forget
        }

        deinit { forget() }
    }

    init(_ home: Home) {
        self.home = home
    }

    func next() async throws -> [Payment]? {
        if held.with({ $0 == nil }) {
            let (door, mailbox) = (home.payments, mailbox)
            let subscription = try await door.blocking { try $0.observe(observer: mailbox) }
            let new = Held(subscription, door.onClose { mailbox.end(nil) })
            held.with { $0 = new }
        }
        return try await mailbox.next()
    }
}

/// Where an observation's lists wait: what comes before it is taken adds up, so that nothing is missed and nothing piles up.
final class Mailbox: PaymentObserver {
    private struct State {
        var pending: [Payment]?
        var end: Result<Void, any Error>?
        var waiting: [Relay<[Payment]?>] = []
    }

    private let state = Locked(State())

    func changed(payments: [Payment]) {
        deliver { state in
            guard state.end == nil else { return }
            var pending = state.pending ?? []
            merge(payments, into: &pending)
            state.pending = pending
        }
    }

    func ended(error: PayTaipeiError) { end(error) }

    /// The last of it: with an error, or without one where the core was closed. What waits is still taken.
    func end(_ error: (any Error)?) {
        deliver { state in
            if state.end == nil { state.end = error.map { .failure($0) } ?? .success(()) }
        }
    }

    /// The payments that changed since the last time; `nil` at the end, and where the task is cancelled.
    func next() async throws -> [Payment]? {
        let relay = Relay<[Payment]?>()
        deliver { $0.waiting.append(relay) }
        do {
            return try await relay.value()
        } catch is CancellationError {
            state.with { state in state.waiting.removeAll { $0 === relay } }
            return nil
        }
    }

    /// Alters the state, and hands over what can be handed over.
    private func deliver(_ alter: (inout State) -> Void) {
        let (relays, result): ([Relay<[Payment]?>], Result<[Payment]?, any Error>) = state.with { state in
            alter(&state)
            if let pending = state.pending, !state.waiting.isEmpty {
                state.pending = nil
                return ([state.waiting.removeFirst()], .success(pending))
            }
            guard state.pending == nil, let end = state.end else { return ([], .success(nil)) }
            defer { state.waiting = [] }
            return (state.waiting, end.map { nil })
        }
        relays.forEach { $0.end(result) }
    }
}

/// Puts changed payments in the places of their former states, and new ones behind.
func merge(_ changed: [Payment], into known: inout [Payment]) {
    for payment in changed {
        if let at = known.firstIndex(where: { $0.id == payment.id }) {
            known[at] = payment
        } else {
            known.append(payment)
        }
    }
}
