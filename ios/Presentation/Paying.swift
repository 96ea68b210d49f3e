import PayTaipeiKit

public struct ChooseState: Sendable {
    public internal(set) var providers: [Provider]
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
        super.init(app, ChooseState(providers: PayTaipeiKit.providers(lang: app.words.lang)))
    }

    public func choose(_ provider: String) {
        state.busy = true
        state.trouble = nil
        act(refused: refused) { [self] in
            let payment = try await core.payments.payWhenConfirmed(bill: bill, provider: provider)
            await holdings.reload()
            try lead { $0.replace(payment.canConsent ? .agree(payment: payment.id) : .onePayment(id: payment.id)) }
        }
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
