// Made by scripts/bindings from shells/words.json.
import PayTaipeiKit

/// What the app says.
public struct AppWords: Equatable, Sendable {
    public let lang: Lang

    public init(lang: Lang) { self.lang = lang }

    private func say(_ zh: String, _ en: String) -> String { lang == .en ? en : zh }

    public var aboutYou: String { say("您的門號", "Your number") }
    public var addAnother: String { say("再加一張帳單", "Add another bill") }
    public var address: String { say("用水地址", "Address") }
    public func agreeAmount(amount: String) -> String { say("同意繳納 \(amount)", "Agree to pay \(amount)") }
    public var agreeExplained: String { say("只會扣款一次。金額若有變動，會再問您。", "You are charged once. If the amount changes, you are asked again.") }
    public var agreeOffline: String { say("現在沒有網路。您可以先同意，連上網路後自動繳納。", "There is no network now. Agree already, and it is paid once you are connected.") }
    public var agreeTitle: String { say("確認繳費", "Confirm payment") }
    public var agreedTo: String { say("您同意的金額", "You agreed to") }
    public var allPaid: String { say("沒有要繳的帳單", "Nothing to pay") }
    public var allPaidHint: String { say("收到新帳單時，拍一下就好。", "When a bill arrives, take a picture of it.") }
    public var amount: String { say("帳單金額", "Bill amount") }
    public var amountUnknown: String { say("金額待查", "Amount not known yet") }
    public var appName: String { say("城市繳費", "City Pay") }
    public var approveBody: String { say("請看手機跳出的電信公司訊息，確認下面這組字一樣，再按同意。", "Look at the message from your operator. If it shows these same words, approve it.") }
    public var approveTitle: String { say("請在手機上按同意", "Approve on your handset") }
    public var approveWaiting: String { say("等您按同意…", "Waiting for you to approve…") }
    public var askAgain: String { say("再查一次", "Ask again") }
    public var back: String { say("返回", "Back") }
    public var beingPaid: String { say("這張帳單正在繳納", "This bill is being paid") }
    public var billAsking: String { say("正在查戶名和金額…", "Asking whose it is and what is to pay…") }
    public var billNumber: String { say("帳單號碼", "Bill number") }
    public var billTitle: String { say("帳單", "Bill") }
    public var cameraDenied: String { say("沒有相機權限", "The camera may not be used") }
    public var cameraDeniedHint: String { say("請到手機設定開啟相機權限，或改用相簿裡的照片。", "Allow the camera in the phone's settings, or use a picture from your gallery.") }
    public var cancelPayment: String { say("取消這筆繳費", "Cancel this payment") }
    public var cancelSure: String { say("確定要取消嗎？", "Cancel this payment?") }
    public var cancelSureBody: String { say("還沒送出的會馬上取消；已送出的，會先問清楚有沒有扣款。", "What was not sent is cancelled at once. What was sent is asked about first, so that nothing is charged unnoticed.") }
    public var changeProvider: String { say("換一家支付", "Pay another way") }
    public var charged: String { say("實際扣款", "Charged") }
    public var checkedAt: String { say("核對時間", "Checked") }
    public var chooseCounty: String { say("選擇縣市", "Choose your county") }
    public var chooseOne: String { say("請選擇", "Choose one") }
    public var chooseProvider: String { say("用哪一家付款？", "Pay with") }
    public var chooseProviderHint: String { say("選您平常在用的支付。選了還不會扣款。", "Choose the one you use. Nothing is charged yet.") }
    public var close: String { say("關閉", "Close") }
    public func continueInApp(provider: String) -> String { say("到 \(provider) 完成付款", "Finish in \(provider)") }
    public var countyWhich: String { say("您住在哪裡？", "Where do you live?") }
    public func dateWithYear(day: String, month: String, year: String) -> String { say("民國 \(year) 年 \(month) 月 \(day) 日", "\(day) \(month) \(year)") }
    public var discount: String { say("折扣", "Discount") }
    public func dueBy(date: String) -> String { say("\(date) 以前", "by \(date)") }
    public func dueInDays(days: String) -> String { say("還有 \(days) 天", "\(days) days left") }
    public var dueLabel: String { say("繳費期限", "Due") }
    public var duePast: String { say("已過期限", "Past its deadline") }
    public var dueToday: String { say("今天截止", "Due today") }
    public var dueTomorrow: String { say("明天截止", "Due tomorrow") }
    public var export: String { say("匯出", "Export") }
    public var exportBills: String { say("匯出帳單", "Export bills") }
    public var exportHint: String { say("試算表格式（CSV）。檔案裡有您的繳費資料，請小心保管。", "As a table (CSV). It holds what you paid: keep it safe.") }
    public var exportPayments: String { say("匯出繳費紀錄", "Export payments") }
    public var fee: String { say("手續費", "Fee") }
    public var forgetNumber: String { say("不再記住這個號碼", "Forget this number") }
    public var gallery: String { say("相簿照片", "From gallery") }
    public var givenBack: String { say("回饋", "Given back") }
    public func givesBack(amount: String) -> String { say("回饋 \(amount)", "\(amount) back") }
    public func givesBackMost(amount: String, source: String) -> String { say("從\(source)付，回饋 \(amount)", "\(amount) back if paid from \(source)") }
    public var historyEmpty: String { say("還沒有繳費紀錄", "No payments yet") }
    public var historyEmptyHint: String { say("繳完的帳單和收據會在這裡。", "Paid bills and receipts will be here.") }
    public func historyMonth(month: String, year: String) -> String { say("民國 \(year) 年 \(month) 月", "\(month) \(year)") }
    public var historySearch: String { say("找收費單位或號碼", "Search biller or number") }
    public var historySearchNone: String { say("找不到符合的紀錄", "Nothing found") }
    public var historyTitle: String { say("紀錄", "History") }
    public var homeTitle: String { say("首頁", "Home") }
    public var household: String { say("家裡的號碼", "Our numbers") }
    public var householdAsk: String { say("全部查一次", "Ask about all") }
    public func householdCount(count: String) -> String { say("\(count) 個號碼，一次查", "\(count) numbers, asked about at once") }
    public func householdDue(amount: String, count: String) -> String { say("\(count) 張要繳，共 \(amount)", "\(count) to pay, \(amount)") }
    public var householdEmpty: String { say("還沒有記住的號碼", "No number is kept yet") }
    public var householdEmptyHint: String { say("打開一張帳單，按「記住這個號碼」。", "Open a bill and press “Keep this number”.") }
    public var householdHint: String { say("取個好認的名字，例如「老家」。下次不用再找帳單。", "Give each a name, such as “Home”. Next time you need no paper.") }
    public var inProgress: String { say("繳費中", "In progress") }
    public func inProgressCount(count: String) -> String { say("\(count) 筆繳費中", "\(count) in progress") }
    public var inProgressEmpty: String { say("沒有正在繳的帳單", "Nothing is being paid") }
    public var inProgressEmptyHint: String { say("您同意繳納的帳單，在繳清以前會列在這裡。", "Bills that you agreed to pay stand here until they are paid.") }
    public var keepNumber: String { say("記住這個號碼", "Keep this number") }
    public var keyIn: String { say("輸入號碼", "Key in a number") }
    public var keyInAsk: String { say("查詢帳單", "Find the bill") }
    public var keyInBy: String { say("用什麼查？", "Find it by") }
    public var keyInSecret: String { say("只拿來查這一次，不會存在手機裡。", "It is used to ask this once, and kept nowhere.") }
    public var language: String { say("語言 Language", "Language 語言") }
    public var loading: String { say("載入中…", "Loading…") }
    public var lookAround: String { say("正在開啟…", "Opening…") }
    public var missing: String { say("這支手機裡沒有這筆資料", "This phone does not have it") }
    public var missingHint: String { say("請回首頁，或到「紀錄」找找看。", "Go back home, or look in “History”.") }
    public var msisdnHint: String { say("例如 0912345678", "Such as 0912345678") }
    public var msisdnLabel: String { say("手機號碼", "Mobile number") }
    public var nameNumber: String { say("取個名字", "Name it") }
    public var nickname: String { say("名稱", "Name") }
    public var notConfirmed: String { say("尚未向收費單位核對", "Not yet confirmed by the biller") }
    public var noticeChannel: String { say("繳費結果", "Payments") }
    public func numberShort(number: String) -> String { say("號碼 \(number)", "No. \(number)") }
    public var offlineBanner: String { say("現在沒有網路。可以先掃描、先同意，連上後自動繳。", "No network. Scan and agree already; it is paid once connected.") }
    public var orKeyIn: String { say("或輸入號碼查詢", "Or key in a number") }
    public var otherWays: String { say("其他繳費方式", "Other ways to pay") }
    public var otherWaysBarcodes: String { say("給櫃檯掃這三段條碼", "Have these three barcodes scanned at the counter") }
    public var otherWaysNone: String { say("收費單位沒有提供其他方式", "The biller names no other way") }
    public var owner: String { say("戶名", "Owner") }
    public var ownerPaper: String { say("照紙本先同意", "Agree by the paper") }
    public var ownerUnknown: String { say("還查不到戶名", "Whose bill it is, is not known yet") }
    public var ownerUnknownBody: String { say("這個號碼您沒繳過，現在又連不上。可以等查到戶名再決定，也可以照紙本的金額先同意。", "You have not paid for this number before, and nobody can be asked now. Wait until the owner is known, or agree by what the paper says.") }
    public var ownerWait: String { say("查到戶名再問我", "Ask me once it is known") }
    public var paid: String { say("繳費完成", "Paid") }
    public var paidHint: String { say("這張帳單已繳清，只扣款一次。", "This bill is paid, and charged once.") }
    public var payBill: String { say("繳這張帳單", "Pay this bill") }
    public var payable: String { say("應繳金額", "To pay") }
    public func payableChanged(after: String, before: String) -> String { say("金額有變動：\(before) → \(after)", "The amount changed: \(before) → \(after)") }
    public var paysWith: String { say("付款方式", "Paid with") }
    public var period: String { say("期別", "Period") }
    public var privacyNumber: String { say("號碼只用來查您的帳單與繳費，不會顯示在別處。", "It is used to find your bills and pay them, and shown nowhere else.") }
    public var receipt: String { say("收據號碼", "Receipt") }
    public var receiptQr: String { say("收據的 QR Code", "The receipt's QR code") }
    public var receiptShow: String { say("出示收據", "Show the receipt") }
    public var receiptShowHint: String { say("對方掃這個 QR Code，沒有網路也能驗證。", "Whoever scans this can verify it without a network.") }
    public var receiptTitle: String { say("收據", "Receipt") }
    public var refresh: String { say("重新整理", "Refresh") }
    public var refundedAt: String { say("已退款", "Refunded") }
    public var resultTitle: String { say("繳費結果", "How it ended") }
    public var save: String { say("儲存", "Save") }
    public var scanAgain: String { say("重新掃描", "Scan again") }
    public var scanBill: String { say("掃描帳單", "Scan a bill") }
    public var scanGuide: String { say("把帳單上的 QR Code 或條碼放進框內", "Bring the bill's QR code or barcodes into the frame") }
    public var scanReading: String { say("讀取照片中…", "Reading the picture…") }
    public var seeDetails: String { say("看明細", "Details") }
    public var seePayment: String { say("看繳費進度", "See how it stands") }
    public var sendVerification: String { say("驗證這個門號", "Verify this number") }
    public var settingsTitle: String { say("設定", "Settings") }
    public var settledAt: String { say("繳費時間", "Paid at") }
    public var spentTitle: String { say("每月繳了多少", "Paid each month") }
    public var statusExpired: String { say("已逾期", "Past its deadline") }
    public var statusLabel: String { say("狀態", "Status") }
    public var statusNotFound: String { say("查無此帳單", "No such bill") }
    public var statusPaid: String { say("已繳清", "Paid") }
    public var statusPayable: String { say("可以繳", "Can be paid") }
    public var statusUnchecked: String { say("待核對", "To be confirmed") }
    public var stepAgreed: String { say("您同意", "Agreed") }
    public var stepChecked: String { say("核對", "Checked") }
    public var stepPaid: String { say("繳清", "Paid") }
    public var stepSent: String { say("送出", "Sent") }
    public var theme: String { say("顯示", "Appearance") }
    public var themeDark: String { say("深色", "Dark") }
    public var themeLight: String { say("淺色", "Light") }
    public var themeSystem: String { say("跟手機", "As phone") }
    public var toPay: String { say("要繳的帳單", "Bills to pay") }
    public var torchOff: String { say("關手電筒", "Torch off") }
    public var torchOn: String { say("手電筒", "Torch on") }
    public func totalToPay(count: String) -> String { say("共 \(count) 張，應繳", "\(count) bills, to pay") }
    public var tryAgain: String { say("再試一次", "Try again") }
    public var verifyAgain: String { say("換一個門號", "Use another number") }
    public var verifyBody: String { say("第一次使用，請先用您的手機門號確認身分。只要做一次。", "Before the first use, confirm who you are with your mobile number. Once is enough.") }
    public var verifyTitle: String { say("確認您的手機門號", "Confirm your mobile number") }
    public var wantGone: String { say("不要取消", "Keep it") }
    public var warning: String { say("請注意", "Please note") }
    public var welcome: String { say("水費、停車費，拍一下就繳。", "Water and parking: take a picture and it is paid.") }
    public var yesCancel: String { say("確定取消", "Yes, cancel") }

    /// What to do about a refusal, where an app says it better than the core.
    public func hint(_ code: String) -> String? {
        switch code {
        case "already_being_paid": say("請到「繳費中」查看，不需要再繳一次。", "See “In progress”. There is no need to pay again.")
        case "biller_unknown": say("請從首頁選擇要繳的項目。", "Choose what to pay on the home screen.")
        case "consent_for_other": say("請返回，再看一次金額。", "Go back and look at the amount again.")
        case "consent_not_asked": say("請到「繳費中」查看目前狀態。", "See “In progress” for where it stands.")
        case "field_missing": say("請把每一格都填好。", "Fill in every field.")
        case "field_unknown": say("請從首頁選擇要繳的項目。", "Choose what to pay on the home screen.")
        case "key_lost": say("請勿重複繳納；請洽客服協助。", "Do not pay again; ask the help desk.")
        case "number_not_verified": say("請先驗證您的手機門號。", "Verify your mobile number first.")
        case "payment_ended": say("請到「紀錄」查看結果。", "See “History” for how.")
        case "payment_unknown": say("請到「繳費中」或「紀錄」查看。", "See “In progress” or “History”.")
        case "presence_refused": say("請用指紋、臉部或手機密碼確認，再試一次。", "Confirm with fingerprint, face or PIN, and try again.")
        case "provider_unknown": say("請從清單中選一家支付。", "Choose a payment business from the list.")
        case "store_corrupt": say("原來的資料沒有被更動。請勿重複繳納；請洽客服協助。", "The data was left as it is. Do not pay again; ask the help desk.")
        case "vault_failed": say("請先解鎖手機，再試一次。", "Unlock the phone and try again.")
        default: nil
        }
    }
}
