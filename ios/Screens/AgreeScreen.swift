#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct AgreeScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let agreeing: Agreeing

        private var words: AppWords { app.words }

        var body: some View {
            if let payment = held.payment(id), let payable = payment.payable {
                Page(title: words.agreeTitle, words: words, back: { app.back() }) {
                    Text(words.payable).foregroundStyle(Dress.onSurfaceVariant)
                    Text(moneyText(payable)).font(.largeTitle.bold())
                    if let before = payment.agreed, before != payable {
                        Notice.care(
                            Sign.info, words.payableChanged(after: moneyText(payable), before: moneyText(before)))
                    }
                    if let trouble = agreeing.state.trouble { Notice.trouble(trouble) }
                    Tile { facts(payment) }
                    if app.device.online {
                        Notice.info(words.agreeExplained)
                    } else {
                        Notice.care(Sign.offline, words.agreeOffline)
                    }
                } bottom: {
                    MainButton(
                        text: words.agreeAmount(amount: moneyText(payable)), sign: Sign.lock,
                        isBusy: agreeing.state.busy
                    ) { agreeing.agree() }
                    QuietButton(text: words.changeProvider) { agreeing.otherwise() }
                }
            } else {
                Page(title: words.agreeTitle, words: words, back: { app.back() }) { Absent(held: held, words: words) }
            }
        }

        @ViewBuilder private func facts(_ payment: Payment) -> some View {
            Fact(words.billTitle, payment.billerName)
            Fact(words.billNumber, payment.number)
            if let owner = held.bill(payment.bill)?.owner { Fact(words.owner, owner) }
            if let due = payment.due.flatMap({ CityDay($0) }) { Fact(words.dueLabel, due.long(words)) }
            Fact(words.paysWith, payment.providerName, isStrong: true)
        }
    }
#endif
