#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct ChooseScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let choosing: Choosing

        var body: some View {
            if choosing.state.unowned != nil {
                Unowned(app: app, held: held, id: id, choosing: choosing)
            } else {
                providers
            }
        }

        private var providers: some View {
            let words = app.words
            return Page(title: words.chooseProvider, words: words, back: { app.back() }) {
                Text(words.chooseProviderHint).foregroundStyle(Dress.onSurfaceVariant)
                if let trouble = choosing.state.trouble { Notice.trouble(trouble) }
                if choosing.state.offers.isEmpty, choosing.state.trouble == nil { Waiting(text: words.loading) }
                ForEach(choosing.state.offers, id: \.id) { offer in
                    OfferTile(offer: offer, words: words) { choosing.choose(offer.id) }
                }
                .disabled(choosing.state.busy)
            }
            .task { await choosing.open() }
        }
    }

    private struct OfferTile: View {
        let offer: ProviderOffer
        let words: AppWords
        let choose: () -> Void

        var body: some View {
            TileButton(act: choose) {
                HStack(spacing: 14) {
                    VStack(alignment: .leading, spacing: 4) {
                        Text(offer.name).font(.headline)
                        if offer.cashback > 0 {
                            Text(words.givesBack(amount: moneyText(offer.cashback))).font(.subheadline.bold())
                                .foregroundStyle(Dress.primary)
                        }
                        if let source = offer.fundingName, offer.best > offer.cashback {
                            Text(words.givesBackMost(amount: moneyText(offer.best), source: source)).font(.callout)
                                .foregroundStyle(Dress.primary)
                        }
                        ForEach(offer.why, id: \.self) { why in
                            Text(why.asSentence).font(.footnote).foregroundStyle(Dress.onSurfaceVariant)
                        }
                    }
                    Spacer(minLength: 0)
                    Image(systemName: Sign.onward).foregroundStyle(Dress.onSurfaceVariant).accessibilityHidden(true)
                }
                .frame(minHeight: 36)
            }
        }
    }

    /// A sticker on paper may be a stranger's genuine bill: the person decides whether to look at its owner first.
    private struct Unowned: View {
        let app: AppModel
        let held: Held
        let id: String
        let choosing: Choosing

        var body: some View {
            let words = app.words
            Page(title: words.ownerUnknown, words: words, back: { choosing.again() }) {
                if let trouble = choosing.state.trouble { Notice.trouble(trouble) }
                if let bill = held.bill(id) {
                    BillHead(bill: bill, icon: held.biller(bill.biller)?.icon, words: words)
                }
                Notice.care(Sign.info, words.ownerUnknownBody)
            } bottom: {
                MainButton(text: words.ownerWait, sign: Sign.clock, isBusy: choosing.state.busy) {
                    choosing.waitForOwner()
                }
                OtherButton(text: words.ownerPaper, sign: Sign.paper, isEnabled: !choosing.state.busy) {
                    choosing.byPaper()
                }
            }
        }
    }
#endif
