#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct HouseholdScreen: View {
        let app: AppModel
        let held: Held
        let household: Household

        private var words: AppWords { app.words }

        var body: some View {
            let state = household.state
            Page(title: words.household, words: words, back: { app.back() }) {
                if held.numbers.isEmpty {
                    Nothing(sign: Sign.household, title: words.householdEmpty, hint: words.householdEmptyHint)
                } else {
                    Text(words.householdHint).foregroundStyle(Dress.onSurfaceVariant)
                }
                if state.naming == nil, let trouble = state.trouble { Notice.trouble(trouble) }
                ForEach(held.numbers, id: \.self) { number in
                    NumberTile(number: number, held: held, words: words) { household.name(number) }
                    if let trouble = state.failed[number] { Notice.trouble(trouble) }
                }
            } bottom: {
                MainButton(
                    text: words.householdAsk, sign: Sign.household, isEnabled: !held.numbers.isEmpty,
                    isBusy: state.busy
                ) { household.ask() }
            }
            .sheet(
                isPresented: Binding {
                    household.state.naming != nil
                } set: {
                    if !$0 { household.name(nil) }
                }
            ) { naming.presentationDetents([.medium, .large]) }
        }

        private var naming: some View {
            Page(title: words.nameNumber, words: words, back: { household.name(nil) }) {
                if let number = household.state.naming { Text("\(number.billerName) \(number.number)") }
                VStack(alignment: .leading, spacing: 6) {
                    Text(words.nickname).font(.callout).accessibilityHidden(true)
                    TextField(
                        "",
                        text: Binding {
                            household.state.typed
                        } set: {
                            household.type($0)
                        }
                    )
                    .font(.title3.bold()).textFieldStyle(.roundedBorder).submitLabel(.done)
                    .onSubmit { household.keep() }
                    .accessibilityLabel(words.nickname)
                }
                if let trouble = household.state.trouble { Notice.trouble(trouble) }
            } bottom: {
                MainButton(text: words.save) { household.keep() }
                QuietButton(text: words.forgetNumber, colour: Dress.error) { household.forget() }
            }
        }
    }

    private struct NumberTile: View {
        let number: KnownNumber
        let held: Held
        let words: AppWords
        let name: () -> Void

        var body: some View {
            let due = held.due(of: number)
            TileButton(act: name) {
                HStack(spacing: 14) {
                    Disc(sign: Sign.of(icon: held.biller(number.biller)?.icon))
                    VStack(alignment: .leading) {
                        Text(number.nickname ?? words.nameNumber).font(.headline)
                        Text(number.billerName).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                        Text(words.numberShort(number: number.number)).font(.callout)
                            .foregroundStyle(Dress.onSurfaceVariant)
                    }
                    Spacer(minLength: 0)
                    Image(systemName: Sign.edit).foregroundStyle(Dress.onSurfaceVariant).accessibilityHidden(true)
                }
                Text(
                    due.isEmpty
                        ? words.allPaid
                        : words.householdDue(
                            amount: moneyText(due.compactMap(\.payable).reduce(0, +)), count: "\(due.count)"))
            }
        }
    }
#endif
