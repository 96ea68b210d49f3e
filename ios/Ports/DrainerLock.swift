import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

/// The lock that the core's drainer holds in the store's folder. A core that was closed lets go of it when its own threads come to
/// their end, a moment later.
public enum DrainerLock {
    /// Returns once nobody holds it, or after five seconds.
    public static func released(in folder: String) async {
        for _ in 0..<500 where isHeld(in: folder) { try? await Task.sleep(for: .milliseconds(10)) }
    }

    private static func isHeld(in folder: String) -> Bool {
        let file = open(folder + "/drain.lock", O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return false }
        // Closing lets go of it again.
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) != 0
    }
}
