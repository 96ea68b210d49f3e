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
                ForEach(choosing.state.providers, id: \.id) { provider in
                    TileButton {
                        choosing.choose(provider.id)
                    } content: {
                        HStack(spacing: 14) {
                            Text(provider.name).font(.headline)
                            Spacer(minLength: 0)
                            Image(systemName: Sign.onward).foregroundStyle(Dress.onSurfaceVariant)
                                .accessibilityHidden(true)
                        }
                        .frame(minHeight: 36)
                    }
                }
                .disabled(choosing.state.busy)
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
