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
                Head(app: app, held: held)
                ScrollView {
                    VStack(alignment: .leading, spacing: 16) {
                        if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                        if app.device.online, let trouble = refreshing.state.trouble { Notice.trouble(trouble) }
                        MainButton(text: words.scanBill, sign: Sign.scan) { app.go(.scan) }
                        if !held.open.isEmpty { inProgress }
                        due
                        if !held.numbers.isEmpty { household }
                        if held.loaded { KeyInTile(app: app, held: held) }
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

        private var household: some View {
            TileButton {
                app.go(.household)
            } content: {
                HStack(spacing: 14) {
                    Disc(sign: Sign.household)
                    VStack(alignment: .leading) {
                        Text(words.household).font(.headline)
                        Text(words.householdCount(count: "\(held.numbers.count)")).font(.callout)
                            .foregroundStyle(Dress.onSurfaceVariant)
                    }
                    Spacer(minLength: 0)
                    Image(systemName: Sign.onward).foregroundStyle(Dress.onSurfaceVariant).accessibilityHidden(true)
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
                        BillSummary(
                            bill: bill, icon: held.biller(bill.biller)?.icon, words: words, now: app.device.now)
                    }
                }
            }
        }
    }

    struct BillSummary: View {
        let bill: Bill
        let icon: String?
        let words: AppWords
        let now: Date

        var body: some View {
            HStack(spacing: 14) {
                Disc(sign: Sign.of(icon: icon))
                VStack(alignment: .leading) {
                    Text(bill.nickname ?? bill.billerName).font(.headline)
                    Text(bill.nickname.map { _ in bill.billerName } ?? words.numberShort(number: bill.number))
                        .font(.callout).foregroundStyle(Dress.onSurfaceVariant)
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
        let held: Held

        var body: some View {
            Sides {
                Text(app.words.appName).font(.title2.bold()).foregroundStyle(Dress.primary)
                    .accessibilityAddTraits(.isHeader)
            } right: {
                if let here = held.counties.first(where: { $0.id == held.county }) {
                    Menu {
                        ForEach(held.counties, id: \.id) { county in Button(county.name) { app.live(county.id) } }
                    } label: {
                        Label(here.name, systemImage: Sign.place).font(.headline).frame(minHeight: 48)
                    }
                    .accessibilityHint(app.words.chooseCounty)
                }
            }
            .accessibilityElement(children: .contain)
            .padding(.horizontal, 20).frame(maxWidth: 600, minHeight: 64).frame(maxWidth: .infinity)
        }
    }

    private struct KeyInTile: View {
        let app: AppModel
        let held: Held

        var body: some View {
            let billers = held.keyable
            if held.county == nil {
                SectionTitle(text: app.words.countyWhich)
                ForEach(held.counties, id: \.id) { county in
                    OtherButton(text: county.name, sign: Sign.county) { app.live(county.id) }
                }
            } else if !billers.isEmpty {
                SectionTitle(text: app.words.orKeyIn)
                Tile {
                    ForEach(billers, id: \.id) { biller in
                        Button {
                            app.go(.keyIn(biller: biller.id))
                        } label: {
                            HStack(spacing: 14) {
                                Disc(sign: Sign.of(icon: biller.icon), tone: .info)
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
#endif
