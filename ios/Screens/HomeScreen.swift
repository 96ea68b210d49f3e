#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct HomeScreen: View {
        let app: AppModel
        let held: Held
        let refreshing: Refreshing

        private var words: AppWords { app.words }

        var body: some View {
            VStack(spacing: 0) {
                Head(app: app)
                ScrollView {
                    VStack(alignment: .leading, spacing: 16) {
                        if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                        if app.device.online, let trouble = refreshing.state.trouble { Notice.trouble(trouble) }
                        MainButton(text: words.scanBill, sign: Sign.scan) { app.go(.scan) }
                        if !held.open.isEmpty { inProgress }
                        due
                        KeyInTile(app: app)
                    }
                    .frame(maxWidth: 600).padding(.horizontal, 20).padding(.vertical, 12).frame(maxWidth: .infinity)
                }
                .refreshable { await refreshing.refreshed() }
                .accessibilityAction(named: words.refresh) { refreshing.refresh() }
            }
        }

        private var inProgress: some View {
            TileButton(tone: .info) {
                app.go(.progress)
            } content: {
                HStack(spacing: 14) {
                    Image(systemName: Sign.clock).font(.title2).accessibilityHidden(true)
                    Text(words.inProgressCount(count: "\(held.open.count)")).font(.headline)
                    Spacer(minLength: 0)
                    Image(systemName: Sign.onward).accessibilityHidden(true)
                }
            }
        }

        @ViewBuilder private var due: some View {
            let known = held.due.compactMap(\.payable)
            if !held.loaded {
                Waiting(text: words.loading)
            } else if held.due.isEmpty {
                Nothing(sign: Sign.done, title: words.allPaid, hint: words.allPaidHint)
            } else {
                SectionTitle(text: words.toPay)
                if held.due.count > 1, !known.isEmpty {
                    Sides {
                        Text(words.totalToPay(count: "\(known.count)")).foregroundStyle(Dress.onSurfaceVariant)
                    } right: {
                        Text(moneyText(known.reduce(0, +))).font(.headline)
                    }
                }
                ForEach(held.due, id: \.id) { bill in
                    TileButton {
                        app.go(.oneBill(id: bill.id))
                    } content: {
                        BillSummary(bill: bill, words: words, now: app.device.now)
                    }
                }
            }
        }
    }

    struct BillSummary: View {
        let bill: Bill
        let words: AppWords
        let now: Date

        var body: some View {
            HStack(spacing: 14) {
                Disc(sign: Sign.of(category: category(bill.biller, words)))
                VStack(alignment: .leading) {
                    Text(bill.billerName).font(.headline)
                    Text(words.numberShort(number: bill.number)).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                }
            }
            Sides {
                if let due = bill.due.flatMap({ CityDay($0) }) { DueMark(due: due, words: words, now: now) }
            } right: {
                if let payable = bill.payable {
                    Text(moneyText(payable)).font(.title.bold())
                } else {
                    Text(words.amountUnknown).font(.headline)
                }
            }
        }
    }

    /// How long is left, in the colour of care where it is little.
    struct DueMark: View {
        let due: CityDay
        let words: AppWords
        let now: Date

        var body: some View {
            let tone = due.daysLeft(now) <= 7 ? Tone.care : Tone.quiet
            Text(due.left(now, words)).font(.subheadline.bold()).padding(.horizontal, 12).padding(.vertical, 6)
                .foregroundStyle(tone.ink).background(tone.ground, in: .rect(cornerRadius: 12))
        }
    }

    private struct Head: View {
        let app: AppModel

        var body: some View {
            Sides {
                Text(app.words.appName).font(.title2.bold()).foregroundStyle(Dress.primary)
                    .accessibilityAddTraits(.isHeader)
            } right: {
                Menu {
                    ForEach(counties, id: \.0) { county, name in Button(name) { app.live(county) } }
                } label: {
                    Label(counties.first { $0.0 == app.state.county }?.1 ?? app.state.county, systemImage: Sign.place)
                        .font(.headline).frame(minHeight: 48)
                }
                .accessibilityHint(app.words.chooseCounty)
            }
            .accessibilityElement(children: .contain)
            .padding(.horizontal, 20).frame(maxWidth: 600, minHeight: 64).frame(maxWidth: .infinity)
        }

        private var counties: [(String, String)] {
            [("kinmen", app.words.countyKinmen), ("taipei", app.words.countyTaipei)]
        }
    }

    private struct KeyInTile: View {
        let app: AppModel

        var body: some View {
            let billers = keyable(app.state.county, app.words)
            if !billers.isEmpty {
                SectionTitle(text: app.words.orKeyIn)
                Tile {
                    ForEach(billers, id: \.id) { biller in
                        Button {
                            app.go(.keyIn(biller: biller.id))
                        } label: {
                            HStack(spacing: 14) {
                                Disc(sign: Sign.of(category: biller.category), tone: .info)
                                Text(biller.inWords(app.words)).multilineTextAlignment(.leading)
                                Spacer(minLength: 0)
                                Image(systemName: Sign.onward).foregroundStyle(Dress.onSurfaceVariant)
                                    .accessibilityHidden(true)
                            }
                            .frame(minHeight: 56).contentShape(.rect)
                        }
                        .buttonStyle(.plain)
                    }
                }
            }
        }
    }

    func category(_ biller: String, _ words: AppWords) -> String {
        billers(lang: words.lang).first { $0.id == biller }?.category ?? ""
    }
#endif
