#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct PaymentScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let following: Following

        private var words: AppWords { app.words }

        var body: some View {
            if let payment = held.payment(id) {
                Page(title: title(payment), words: words, back: { app.back() }) {
                    PaymentDetails(
                        payment: payment, words: words, isOnline: app.device.online, trouble: following.state.trouble)
                } bottom: {
                    actions(payment)
                }
                .alert(
                    words.cancelSure,
                    isPresented: Binding {
                        following.state.asking
                    } set: {
                        following.ask($0)
                    }
                ) {
                    Button(words.yesCancel, role: .destructive) { following.cancel() }
                    Button(words.wantGone, role: .cancel) {}
                } message: {
                    Text(words.cancelSureBody)
                }
            } else {
                Page(title: words.inProgress, words: words, back: { app.back() }) { Absent(held: held, words: words) }
            }
        }

        private func title(_ payment: Payment) -> String {
            if !payment.ended { return words.inProgress }
            return payment.state == .settled ? words.receiptTitle : words.resultTitle
        }

        @ViewBuilder private func actions(_ payment: Payment) -> some View {
            if payment.state == .awaitingHandOff, payment.handOffUrl != nil {
                MainButton(text: words.continueInApp(provider: payment.providerName), sign: Sign.hand) {
                    following.handOff()
                }
            } else if payment.canConsent {
                MainButton(text: words.agreeTitle) { app.go(.agree(payment: payment.id)) }
            } else if payment.ended, payment.state != .settled {
                MainButton(text: words.seeDetails) { app.go(.oneBill(id: payment.bill)) }
            } else if payment.signed {
                MainButton(text: words.receiptShow, sign: Sign.scan) { app.go(.receipt(payment: payment.id)) }
            } else {
                OtherButton(text: words.addAnother, sign: Sign.scan) {
                    app.start(.home)
                    app.go(.scan)
                }
            }
            if payment.canCancel {
                QuietButton(text: words.cancelPayment, colour: Dress.error) { following.ask(true) }
                    .disabled(following.state.busy)
            }
        }
    }

    struct PaymentDetails: View {
        let payment: Payment
        let words: AppWords
        let isOnline: Bool
        var trouble: Trouble?
        @Environment(\.dynamicTypeSize) private var size

        var body: some View {
            outcome
            if !payment.ended, payment.agreed != nil, !size.isAccessibilitySize {
                Steps(payment: payment, words: words)
            }
            if !isOnline, !payment.ended { Notice.care(Sign.offline, words.offlineBanner) }
            if let trouble { Notice.trouble(trouble) }
            Tile { facts }
        }

        /// Where it stands, in one picture and one line. Read out when it changes.
        private var outcome: some View {
            VStack(spacing: 8) {
                Disc(sign: look.sign, tone: look.tone, size: 88)
                Text(amount.map(moneyText) ?? words.amountUnknown).font(.largeTitle.bold())
                Text(said).font(.title3.bold())
                if let more { Text(more).foregroundStyle(Dress.onSurfaceVariant) }
            }
            .multilineTextAlignment(.center).frame(maxWidth: .infinity).accessibilityElement(children: .combine)
            .onChange(of: said) { AccessibilityNotification.Announcement(said).post() }
        }

        private var amount: Int64? { payment.charged ?? payment.agreed ?? payment.payable }
        private var said: String { payment.state == .settled ? words.paid : payment.words.asSentence }
        private var more: String? {
            payment.state == .settled ? words.paidHint : payment.reasonWords.map { $0.asSentence }
        }

        private var look: (sign: String, tone: Tone) {
            switch payment.state {
            case .settled: (Sign.done, .sea)
            case .declined, .expired: (Sign.warning, .trouble)
            case .paidElsewhere: (Sign.info, .care)
            case .cancelled, .voided: (Sign.closed, .quiet)
            case .needsInquiry, .needsConsent, .awaitingNetwork, .checking, .submitting, .awaitingHandOff, .unknown:
                (Sign.clock, .care)
            }
        }

        @ViewBuilder private var facts: some View {
            Fact(words.billTitle, payment.billerName)
            Fact(words.billNumber, payment.number)
            if let period = payment.period { Fact(words.period, period) }
            Fact(words.paysWith, payment.providerName)
            if let agreed = payment.agreed { Fact(words.agreedTo, moneyText(agreed)) }
            if let charged = payment.charged { Fact(words.charged, moneyText(charged), isStrong: true) }
            if let cashback = payment.cashback, cashback != 0 { Fact(words.givenBack, moneyText(cashback)) }
            if let refunded = payment.refundedAt { Fact(words.refundedAt, CityDay.moment(refunded, words)) }
            if let receipt = payment.receipt { Fact(words.receipt, receipt) }
            if let settled = payment.settledAt { Fact(words.settledAt, CityDay.moment(settled, words)) }
        }
    }

    /// Agreed, checked, sent, paid: how far it is. The outcome's words say the same to who does not see it.
    private struct Steps: View {
        let payment: Payment
        let words: AppWords

        private var done: Int {
            switch payment.state {
            case .needsInquiry, .needsConsent: 0
            case .awaitingNetwork, .checking: 1
            case .submitting, .awaitingHandOff: 2
            case .unknown: 3
            default: 4
            }
        }

        var body: some View {
            let names = [words.stepAgreed, words.stepChecked, words.stepSent, words.stepPaid]
            HStack(alignment: .top, spacing: 0) {
                ForEach(names.indices, id: \.self) { index in
                    let tone = index < done ? Tone(ground: Dress.primary, ink: Dress.onPrimary) : .quiet
                    VStack(spacing: 4) {
                        Group {
                            if index < done { Image(systemName: "checkmark") } else { Text("\(index + 1)") }
                        }
                        .font(.footnote.bold()).foregroundStyle(tone.ink).frame(width: 30, height: 30)
                        .background(tone.ground, in: .circle)
                        Text(names[index]).font(.footnote)
                    }
                    .frame(maxWidth: .infinity)
                }
            }
            .accessibilityHidden(true)
        }
    }
#endif
