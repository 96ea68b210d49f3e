import PayTaipeiKit

/// What was wrong and what to do, for a person.
public struct Trouble: Equatable, Sendable {
    public let code: String
    public let message: String
    public let hint: String

    public init(code: String, message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    init(_ refusal: Refusal, _ words: AppWords) {
        self.init(
            code: refusal.code, message: refusal.message.pick(lang: words.lang).asSentence,
            hint: (words.hint(refusal.code) ?? refusal.hint.pick(lang: words.lang)).asSentence)
    }
}

extension String {
    /// The core's words begin small: they may stand within a line.
    public var asSentence: String { prefix(1).uppercased() + dropFirst() }
}
