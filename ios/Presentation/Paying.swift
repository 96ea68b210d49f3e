import PayTaipeiKit

public struct ChooseState: Sendable {
    /// The one that gives back most first; empty until they are read.
    public internal(set) var offers: [ProviderOffer] = []
    /// The business, while it is not known whose bill it is: the person chooses whether to wait for that.
    public internal(set) var unowned: String?
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// Which business to pay a bill through. Nothing is agreed to here.
public final class Choosing: Holder<ChooseState> {
    private let core: PayTaipei
    private let holdings: Holdings
    private let bill: String

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ bill: String) {
        self.core = core
        self.holdings = holdings
        self.bill = bill
        super.init(app, ChooseState())
    }

    /// Reads what the businesses offer: as they tell it now, or else as they told it last. Shown once, so that nothing moves
    /// under a finger.
    public func open() async {
        if app.device.online {
            let asked = Task { [core] in try? await core.payments.refresh() }
            let alarm = Task {
                try? await Task.sleep(for: .seconds(3))
                asked.cancel()
            }
            await asked.value
            alarm.cancel()
        }
        do {
            state.offers = try await core.payments.offers(bill)
        } catch let refused as PayTaipeiError {
            state.trouble = Trouble(refused.refusal, app.words)
        } catch {
            // The person left, or the core was closed.
        }
    }

    public func choose(_ provider: String) {
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            if holdings.held.bill(bill)?.status == .unchecked {
                // What cannot be asked now does not keep anybody from paying.
                _ = try? await core.bills.check(bill)
                await holdings.reload()
            }
            let known = holdings.held.bill(bill).map { $0.status != .unchecked || $0.paidBefore } ?? true
            if known {
                try await lead(core.payments.pay(bill: bill, provider: provider))
            } else {
                state.busy = false
                state.unowned = provider
            }
        }
    }

    /// The person is asked once it is known whose bill it is.
    public func waitForOwner() {
        unowned { [core, bill] in try await core.payments.pay(bill: bill, provider: $0) }
    }

    /// The person agrees by what the paper says, whoever's bill it is.
    public func byPaper() {
        unowned { [core, bill] in try await core.payments.payWhenConfirmed(bill: bill, provider: $0) }
    }

    /// Another business, or none.
    public func again() {
        state.unowned = nil
        state.trouble = nil
    }

    private func unowned(_ pay: @escaping @MainActor (String) async throws -> Payment) {
        guard let provider = state.unowned else { return }
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in try await lead(pay(provider)) }
    }

    private func lead(_ payment: Payment) async throws {
        await holdings.reload()
        try lead { $0.replace(payment.canConsent ? .agree(payment: payment.id) : .onePayment(id: payment.id)) }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.trouble = trouble
    }
}

public struct AgreeState: Sendable {
    public internal(set) var payment: Payment?
    public internal(set) var busy = false
    public internal(set) var trouble: Trouble?
}

/// The person agrees to an amount, and the phone makes sure that it is the person.
public final class Agreeing: Holder<AgreeState> {
    private let core: PayTaipei
    private let holdings: Holdings
    private let id: String

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings, _ id: String) {
        self.core = core
        self.holdings = holdings
        self.id = id
        super.init(app, AgreeState(payment: holdings.held.payment(id)))
    }

    public func agree() {
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            _ = try await core.payments.consent(id)
            await holdings.reload()
            try lead { $0.start(.onePayment(id: id)) }
        }
    }

    /// Gives this payment up and chooses again.
    public func otherwise() {
        guard let bill = state.payment?.bill else { return }
        act(refused: refused) { [self] in
            _ = try await core.payments.cancel(id)
            await holdings.reload()
            try lead { $0.replace(.choose(bill: bill)) }
        }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.trouble = trouble
    }
}
