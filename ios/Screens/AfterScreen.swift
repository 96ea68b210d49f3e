#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI
    import UIKit

    struct ReceiptScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let showing: Showing

        var body: some View {
            let words = app.words
            Page(title: words.receiptTitle, words: words, back: { app.back() }) {
                if let payment = held.payment(id) {
                    if let trouble = showing.state.trouble { Notice.trouble(trouble) }
                    if let qr = showing.state.qr { Printed(picture: qr, name: words.receiptQr) }
                    Notice.info(words.receiptShowHint)
                    Tile {
                        Fact(words.billTitle, payment.billerName)
                        Fact(words.billNumber, payment.number)
                        if let charged = payment.charged { Fact(words.charged, moneyText(charged), isStrong: true) }
                        if let receipt = payment.receipt { Fact(words.receipt, receipt) }
                    }
                } else {
                    Absent(held: held, words: words)
                }
            }
            .task { showing.open() }
        }
    }

    struct OtherWaysScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let elsewhere: Elsewhere

        var body: some View {
            let (words, state) = (app.words, elsewhere.state)
            Page(title: words.otherWays, words: words, back: { app.back() }) {
                if let bill = held.bill(id) {
                    BillHead(bill: bill, icon: held.biller(bill.biller)?.icon, words: words)
                }
                if let ways = state.ways {
                    if ways.isEmpty {
                        Nothing(sign: Sign.paper, title: words.otherWaysNone, hint: words.missingHint)
                    }
                } else {
                    Waiting(text: words.loading)
                }
                if let barcodes = state.barcodes {
                    SectionTitle(text: words.otherWaysBarcodes)
                    Printed(picture: barcodes.picture, name: barcodes.texts.joined(separator: ", "))
                }
                if let trouble = state.trouble { Notice.trouble(trouble) }
                ForEach(state.ways ?? [], id: \.id) { way in
                    Tile {
                        Text(way.name).font(.headline)
                        Text(way.how).foregroundStyle(Dress.onSurfaceVariant)
                    }
                }
            }
            .task { elsewhere.open() }
        }
    }

    /// A code as it is on paper: black on white in the dark too, or no scanner reads it.
    private struct Printed: View {
        let picture: Picture
        let name: String

        var body: some View {
            if let image = UIImage(data: picture.png) {
                Image(uiImage: image).interpolation(.none).resizable().scaledToFit().padding(16)
                    .background(Color.white, in: .rect(cornerRadius: 20)).frame(maxWidth: 420)
                    .frame(maxWidth: .infinity).accessibilityLabel(name)
            }
        }
    }
#endif
