#if canImport(SwiftUI) && canImport(UIKit)
    import Presentation
    import SwiftUI

    /// A screen below others: its title, the way back, and what scrolls. What is at its bottom stays in sight.
    struct Page<Content: View, Bottom: View>: View {
        let title: String
        let words: AppWords
        var back: (() -> Void)?
        @ViewBuilder let content: Content
        @ViewBuilder let bottom: Bottom

        var body: some View {
            VStack(spacing: 0) {
                TitleBar(title: title, words: words, back: back)
                ScrollView {
                    VStack(alignment: .leading, spacing: 16) { content }
                        .frame(maxWidth: 600).padding(.horizontal, 20).padding(.vertical, 12)
                        .frame(maxWidth: .infinity)
                }
                .scrollDismissesKeyboard(.interactively)
                VStack(spacing: 8) { bottom }
                    .frame(maxWidth: 600).padding(.horizontal, 20).padding(.vertical, 14)
                    .frame(maxWidth: .infinity).background(Dress.surface)
            }
            .background(Dress.background)
        }
    }

    extension Page where Bottom == EmptyView {
        init(title: String, words: AppWords, back: (() -> Void)? = nil, @ViewBuilder content: () -> Content) {
            self.init(title: title, words: words, back: back, content: content, bottom: { EmptyView() })
        }
    }

    struct TitleBar: View {
        let title: String
        let words: AppWords
        var back: (() -> Void)?

        var body: some View {
            HStack(spacing: 4) {
                if let back {
                    Button(action: back) {
                        Image(systemName: "chevron.backward").font(.title2.bold()).frame(width: 48, height: 48)
                    }
                    .accessibilityLabel(words.back)
                }
                Text(title).font(.title2.bold()).accessibilityAddTraits(.isHeader)
                Spacer(minLength: 0)
            }
            .padding(.leading, back == nil ? 20 : 8).padding(.trailing, 20).padding(.vertical, 8)
            .frame(maxWidth: 600, minHeight: 64).frame(maxWidth: .infinity)
            .foregroundStyle(Dress.onSurface)
        }
    }

    /// What a person most likely wants to do here.
    struct MainButton: View {
        let text: String
        var sign: String?
        var isEnabled = true
        var isBusy = false
        let act: () -> Void

        var body: some View {
            Button(action: act) {
                HStack(spacing: 12) {
                    if isBusy {
                        ProgressView().tint(Dress.onPrimary)
                    } else if let sign {
                        Image(systemName: sign).accessibilityHidden(true)
                    }
                    Text(text)
                }
                .font(.title3.bold()).multilineTextAlignment(.center)
                .frame(maxWidth: .infinity, minHeight: 60)
                .foregroundStyle(Dress.onPrimary)
                .background(Dress.primary, in: .rect(cornerRadius: 20))
            }
            .buttonStyle(.plain)
            .disabled(!isEnabled || isBusy)
            .opacity(isEnabled ? 1 : 0.5)
        }
    }

    struct OtherButton: View {
        let text: String
        var sign: String?
        var isEnabled = true
        let act: () -> Void

        var body: some View {
            Button(action: act) {
                HStack(spacing: 10) {
                    if let sign { Image(systemName: sign).accessibilityHidden(true) }
                    Text(text)
                }
                .font(.headline).multilineTextAlignment(.center)
                .frame(maxWidth: .infinity, minHeight: 56)
                .foregroundStyle(Dress.primary)
                .overlay(RoundedRectangle(cornerRadius: 20).strokeBorder(Dress.outline))
            }
            .buttonStyle(.plain)
            .disabled(!isEnabled)
            .opacity(isEnabled ? 1 : 0.5)
        }
    }

    struct QuietButton: View {
        let text: String
        var colour = Dress.primary
        let act: () -> Void

        var body: some View {
            Button(action: act) {
                Text(text).font(.headline).multilineTextAlignment(.center).foregroundStyle(colour)
                    .frame(maxWidth: .infinity, minHeight: 52)
            }
            .buttonStyle(.plain)
        }
    }

    /// A card.
    struct Tile<Content: View>: View {
        var tone = Tone.plain
        @ViewBuilder let content: Content

        var body: some View {
            VStack(alignment: .leading, spacing: 10) { content }
                .padding(18).frame(maxWidth: .infinity, alignment: .leading)
                .foregroundStyle(tone.ink)
                .background(tone.ground, in: .rect(cornerRadius: 20))
                .overlay(RoundedRectangle(cornerRadius: 20).strokeBorder(Dress.outline))
        }
    }

    /// A card that leads somewhere: one target, read as one.
    struct TileButton<Content: View>: View {
        var tone = Tone.plain
        let act: () -> Void
        @ViewBuilder let content: Content

        var body: some View {
            Button(action: act) { Tile(tone: tone) { content } }
                .buttonStyle(.plain).accessibilityElement(children: .combine).accessibilityAddTraits(.isButton)
        }
    }

    /// Words with a sign before them. Read out when they come.
    struct Notice: View {
        let sign: String
        let text: String
        let tone: Tone
        var title: String?

        static func trouble(_ trouble: Trouble) -> Notice {
            Notice(sign: Sign.warning, text: trouble.hint, tone: .trouble, title: trouble.message)
        }

        static func info(_ text: String, _ title: String? = nil) -> Notice {
            Notice(sign: Sign.info, text: text, tone: .info, title: title)
        }

        static func care(_ sign: String, _ text: String, _ title: String? = nil) -> Notice {
            Notice(sign: sign, text: text, tone: .care, title: title)
        }

        private var spoken: String { [title, text].compactMap { $0 }.joined(separator: " ") }

        var body: some View {
            HStack(alignment: .top, spacing: 14) {
                Image(systemName: sign).font(.title3).accessibilityHidden(true)
                VStack(alignment: .leading, spacing: 4) {
                    if let title { Text(title).font(.headline) }
                    Text(text).font(.callout)
                }
                Spacer(minLength: 0)
            }
            .padding(16).foregroundStyle(tone.ink).background(tone.ground, in: .rect(cornerRadius: 20))
            .accessibilityElement(children: .combine)
            .onChange(of: spoken, initial: true) { AccessibilityNotification.Announcement(spoken).post() }
        }
    }

    /// Nothing is here, and what to do about it.
    struct Nothing: View {
        let sign: String
        let title: String
        let hint: String

        var body: some View {
            VStack(spacing: 10) {
                Disc(sign: sign, tone: .info, size: 88)
                Text(title).font(.title3.bold()).padding(.top, 8)
                Text(hint).foregroundStyle(Dress.onSurfaceVariant)
            }
            .multilineTextAlignment(.center).padding(.vertical, 40).frame(maxWidth: .infinity)
            .accessibilityElement(children: .combine)
        }
    }

    /// What is not there, or not yet.
    struct Absent: View {
        let held: Held
        let words: AppWords

        var body: some View {
            if held.loaded {
                Nothing(sign: Sign.search, title: words.missing, hint: words.missingHint)
            } else {
                Waiting(text: words.loading)
            }
        }
    }

    struct Disc: View {
        let sign: String
        var tone = Tone.sea
        var size: CGFloat = 48

        var body: some View {
            Image(systemName: sign).font(.system(size: size * 0.45)).foregroundStyle(tone.ink)
                .frame(width: size, height: size).background(tone.ground, in: .circle)
                .accessibilityHidden(true)
        }
    }

    /// Two things beside each other; under each other where the letters are large.
    struct Sides<Left: View, Right: View>: View {
        @Environment(\.dynamicTypeSize) private var size
        @ViewBuilder let left: Left
        @ViewBuilder let right: Right

        var body: some View {
            let layout =
                size.isAccessibilitySize
                ? AnyLayout(VStackLayout(alignment: .leading, spacing: 4)) : AnyLayout(HStackLayout(spacing: 16))
            layout {
                left
                if !size.isAccessibilitySize { Spacer(minLength: 0) }
                right
            }
            .accessibilityElement(children: .combine)
        }
    }

    /// A name and its value.
    struct Fact: View {
        let name: String
        let value: String
        var isStrong = false

        init(_ name: String, _ value: String, isStrong: Bool = false) {
            self.name = name
            self.value = value
            self.isStrong = isStrong
        }

        var body: some View {
            Sides {
                Text(name).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
            } right: {
                Text(value).fontWeight(isStrong ? .bold : .regular).multilineTextAlignment(.trailing)
            }
        }
    }

    struct SectionTitle: View {
        let text: String

        var body: some View {
            Text(text).font(.title3.bold()).padding(.top, 8).accessibilityAddTraits(.isHeader)
        }
    }

    /// One of several.
    struct Choices<Choice: Hashable>: View {
        let choices: [(Choice, String)]
        let chosen: Choice?
        let choose: (Choice) -> Void

        var body: some View {
            ForEach(choices, id: \.0) { choice, name in
                Button {
                    choose(choice)
                } label: {
                    HStack(spacing: 12) {
                        Image(systemName: choice == chosen ? "largecircle.fill.circle" : "circle")
                            .foregroundStyle(Dress.primary).accessibilityHidden(true)
                        Text(name)
                        Spacer(minLength: 0)
                    }
                    .frame(minHeight: 52).contentShape(.rect)
                }
                .buttonStyle(.plain)
                .accessibilityAddTraits(choice == chosen ? [.isSelected, .isButton] : .isButton)
            }
        }
    }

    /// Something is under way, and what is there already can be read.
    struct Working: View {
        let text: String

        var body: some View {
            HStack(spacing: 14) {
                ProgressView()
                Text(text)
                Spacer(minLength: 0)
            }
            .accessibilityElement(children: .combine)
        }
    }

    struct Waiting: View {
        let text: String

        var body: some View {
            VStack(spacing: 20) {
                ProgressView().controlSize(.large)
                Text(text).font(.headline)
            }
            .padding(.vertical, 48).frame(maxWidth: .infinity).accessibilityElement(children: .combine)
        }
    }
#endif
