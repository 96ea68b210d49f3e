#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    /// What was agreed to and has not ended.
    struct ProgressScreen: View {
        let app: AppModel
        let held: Held
        let refreshing: Refreshing

        var body: some View {
            let words = app.words
            Listing(title: words.inProgress, words: words) {
                if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                if app.device.online, let trouble = refreshing.state.trouble { Notice.trouble(trouble) }
                if !held.loaded {
                    Waiting(text: words.loading)
                } else if held.open.isEmpty {
                    Nothing(sign: Sign.clock, title: words.inProgressEmpty, hint: words.inProgressEmptyHint)
                }
                ForEach(held.open, id: \.id) { PaymentTile(app: app, held: held, payment: $0) }
            }
            .refreshable { await refreshing.refreshed() }
            .accessibilityAction(named: words.refresh) { refreshing.refresh() }
        }
    }

    struct HistoryScreen: View {
        let app: AppModel
        let held: Held
        let recalling: Recalling

        var body: some View {
            let words = app.words
            let months = held.ended.byMonth(recalling.state.sought)
            Listing(title: words.historyTitle, words: words) {
                if !held.ended.isEmpty {
                    TextField(
                        words.historySearch,
                        text: Binding {
                            recalling.state.sought
                        } set: {
                            recalling.seek($0)
                        }
                    )
                    .textFieldStyle(.roundedBorder).autocorrectionDisabled()
                }
                if held.months.contains(where: { $0.charged > 0 }), recalling.state.sought.isEmpty {
                    Spent(months: held.months.suffix(6), words: words)
                }
                if !held.loaded {
                    Waiting(text: words.loading)
                } else if held.ended.isEmpty {
                    Nothing(sign: Sign.history, title: words.historyEmpty, hint: words.historyEmptyHint)
                } else if months.isEmpty {
                    Nothing(sign: Sign.search, title: words.historySearchNone, hint: words.historySearch)
                }
                ForEach(months, id: \.day) { month in
                    Sides {
                        SectionTitle(text: month.day.monthText(words))
                    } right: {
                        Text(moneyText(month.charged)).font(.title3.bold())
                    }
                    ForEach(month.payments, id: \.id) { PaymentTile(app: app, held: held, payment: $0) }
                }
            }
        }
    }

    /// What was paid, month by month: a bar each, and read out as names and amounts.
    private struct Spent: View {
        let months: [PayTaipeiKit.Month]
        let words: AppWords

        var body: some View {
            let most = max(months.map(\.charged).max() ?? 1, 1)
            Tile {
                Text(words.spentTitle).font(.headline)
                ForEach(months, id: \.month) { month in
                    Sides {
                        Text(CityDay("\(month.month)-01")?.monthText(words) ?? month.month).font(.callout)
                    } right: {
                        Text(moneyText(month.charged)).font(.subheadline.bold())
                    }
                    ProgressView(value: Double(month.charged), total: Double(most)).tint(Dress.primary)
                        .accessibilityHidden(true)
                }
            }
        }
    }

    private struct Listing<Content: View>: View {
        let title: String
        let words: AppWords
        @ViewBuilder let content: Content

        var body: some View {
            VStack(spacing: 0) {
                TitleBar(title: title, words: words)
                ScrollView {
                    LazyVStack(alignment: .leading, spacing: 14) { content }
                        .frame(maxWidth: 600).padding(.horizontal, 20).padding(.vertical, 12).frame(maxWidth: .infinity)
                }
            }
        }
    }

    private struct PaymentTile: View {
        let app: AppModel
        let held: Held
        let payment: Payment

        var body: some View {
            TileButton {
                app.go(.onePayment(id: payment.id))
            } content: {
                PaymentSummary(payment: payment, icon: held.biller(payment.biller)?.icon, words: app.words)
            }
        }
    }

    struct PaymentSummary: View {
        let payment: Payment
        let icon: String?
        let words: AppWords

        var body: some View {
            let isCharged = !payment.ended || payment.state == .settled
            HStack(spacing: 14) {
                Disc(sign: Sign.of(icon: icon))
                VStack(alignment: .leading) {
                    Text(payment.billerName).font(.headline)
                    Text(
                        payment.settledAt.map { CityDay.moment($0, words) } ?? words.numberShort(number: payment.number)
                    )
                    .font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                }
            }
            Sides {
                Text(payment.words.asSentence).font(.callout)
                    .foregroundStyle(
                        payment.state == .declined || payment.state == .expired ? Dress.error : Dress.onSurface)
            } right: {
                Text((payment.charged ?? payment.agreed ?? payment.payable).map(moneyText) ?? words.amountUnknown)
                    .font(isCharged ? .title3.bold() : .body)
                    .foregroundStyle(isCharged ? Dress.onSurface : Dress.onSurfaceVariant)
            }
        }
    }
#endif
