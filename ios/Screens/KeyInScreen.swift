#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct KeyInScreen: View {
        let app: AppModel
        let keyingIn: KeyingIn

        private var words: AppWords { app.words }

        var body: some View {
            let state = keyingIn.state
            Page(title: words.keyIn, words: words, back: { app.back() }) {
                if let biller = state.biller {
                    Text(biller.inWords(words)).font(.title3.bold())
                    if biller.ways.count > 1 {
                        SectionTitle(text: words.keyInBy)
                        Tile {
                            Choices(
                                choices: biller.ways.enumerated().map { index, way in
                                    (index, way.fields.map(\.label).joined(separator: " + "))
                                }, chosen: state.way
                            ) { keyingIn.by($0) }
                        }
                    }
                }
                if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                if let trouble = state.trouble { Notice.trouble(trouble) }
                ForEach(state.fields, id: \.name) { FieldToFill(field: $0, keyingIn: keyingIn, words: words) }
                if state.fields.contains(where: \.secret) { Notice.info(words.keyInSecret) }
            } bottom: {
                MainButton(text: words.keyInAsk, isEnabled: state.filled, isBusy: state.busy) { keyingIn.ask() }
            }
        }
    }

    private struct FieldToFill: View {
        let field: Field
        let keyingIn: KeyingIn
        let words: AppWords

        private var typed: String { keyingIn.state.typed[field.name] ?? "" }

        var body: some View {
            if field.choices.isEmpty { text } else { choices }
        }

        @ViewBuilder private var choices: some View {
            SectionTitle(text: field.label)
            if typed.isEmpty { Text(words.chooseOne).foregroundStyle(Dress.onSurfaceVariant) }
            Tile {
                Choices(choices: field.choices.map { ($0.id, $0.name) }, chosen: typed) {
                    keyingIn.type(field.name, $0)
                }
            }
        }

        private var text: some View {
            VStack(alignment: .leading, spacing: 6) {
                Text(field.label).font(.callout).accessibilityHidden(true)
                TextField(
                    "",
                    text: Binding {
                        typed
                    } set: {
                        keyingIn.type(field.name, $0)
                    }
                )
                .font(.title2.bold()).textInputAutocapitalization(.characters).autocorrectionDisabled()
                .submitLabel(.search).onSubmit { keyingIn.ask() }
                .disabled(keyingIn.state.busy).textFieldStyle(.roundedBorder)
                .accessibilityLabel(field.label).accessibilityHint(field.hint)
                Text(field.hint.asSentence).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                    .accessibilityHidden(true)
                judged
            }
        }

        @ViewBuilder private var judged: some View {
            switch keyingIn.state.judged[field.name] {
            case .wrong(_, let message, let hint):
                Notice.care(Sign.info, hint.asSentence, message.asSentence)
            case .complete(_, let warnings):
                ForEach(warnings, id: \.self) { Notice.care(Sign.info, $0.asSentence) }
            case .unfinished, nil: EmptyView()
            }
        }
    }
#endif
