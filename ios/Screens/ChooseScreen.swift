#if canImport(SwiftUI) && canImport(UIKit)
    import Presentation
    import SwiftUI

    struct ChooseScreen: View {
        let app: AppModel
        let choosing: Choosing

        var body: some View {
            let words = app.words
            Page(title: words.chooseProvider, words: words, back: { app.back() }) {
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
#endif
