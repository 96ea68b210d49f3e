//! Reed–Solomon over GF(256) as QR codes use it (ISO/IEC 18004 §7.5.2, primitive polynomial 0x11D, roots α^0…),
//! correcting errors and erasures: a codeword that is known to be doubtful costs half of one that is wrong unnoticed.

/// Powers and logarithms of α = 2.
struct Field {
    exp: [u8; 512],
    log: [u8; 256],
}

const FIELD: Field = {
    let mut exp = [0u8; 512];
    let mut log = [0u8; 256];
    let mut value: u16 = 1;
    let mut power = 0;
    while power < 255 {
        exp[power] = value as u8;
        exp[power + 255] = value as u8;
        log[value as usize] = power as u8;
        value <<= 1;
        if value & 0x100 != 0 {
            value ^= 0x11D;
        }
        power += 1;
    }
    Field { exp, log }
};

fn alpha(power: usize) -> u8 {
    FIELD.exp[power % 255]
}

fn mul(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    FIELD.exp[usize::from(FIELD.log[usize::from(a)]) + usize::from(FIELD.log[usize::from(b)])]
}

/// Only asked for values that are not zero.
fn inverse(a: u8) -> u8 {
    FIELD.exp[255 - usize::from(FIELD.log[usize::from(a)])]
}

/// Value of a polynomial, lowest power first.
fn evaluate(poly: &[u8], at: u8) -> u8 {
    poly.iter().rev().fold(0, |sum, &c| mul(sum, at) ^ c)
}

fn syndromes(word: &[u8], check: usize) -> Vec<u8> {
    (0..check)
        .map(|j| {
            let root = alpha(j);
            word.iter().fold(0, |sum, &c| mul(sum, root) ^ c)
        })
        .collect()
}

/// Corrects `word` (data then `check` check codewords, at most 255 together) in place, given the positions of doubtful
/// codewords; answers how many errors there were besides these, or `None` and an unchanged word.
pub fn correct(word: &mut [u8], check: usize, doubtful: &[usize]) -> Option<usize> {
    let length = word.len();
    if length > 255 || check > length || doubtful.len() > check || doubtful.iter().any(|&at| at >= length) {
        return None;
    }
    let syndromes = syndromes(word, check);
    if syndromes.iter().all(|&s| s == 0) {
        return Some(0);
    }
    let erased = doubtful.len();

    // Berlekamp–Massey started from the erasure locator (Blahut, Algebraic Codes for Data Transmission, §7.4).
    let mut locator = vec![0u8; check + 1];
    locator[0] = 1;
    for &at in doubtful {
        let x = alpha(length - 1 - at);
        for i in (1..=check).rev() {
            locator[i] ^= mul(locator[i - 1], x);
        }
    }
    let mut previous = locator.clone();
    let mut degree = erased;
    for r in erased + 1..=check {
        let delta = (0..r).fold(0, |sum, i| sum ^ mul(locator[i], syndromes[r - 1 - i]));
        previous.insert(0, 0);
        previous.truncate(check + 1);
        if delta == 0 {
            continue;
        }
        let mut next = locator.clone();
        for (n, &p) in next.iter_mut().zip(&previous) {
            *n ^= mul(delta, p);
        }
        if 2 * degree < r + erased {
            degree = r + erased - degree;
            let scale = inverse(delta);
            previous = locator.iter().map(|&c| mul(c, scale)).collect();
        }
        locator = next;
    }
    let errors = degree.checked_sub(erased)?;
    if 2 * errors + erased > check {
        return None;
    }

    // Its roots say where (Chien), the evaluator how much (Forney).
    let mut evaluator = vec![0u8; check];
    for (i, slot) in evaluator.iter_mut().enumerate() {
        *slot = (0..=i).fold(0, |sum, j| sum ^ mul(locator[j], syndromes[i - j]));
    }
    let derivative: Vec<u8> =
        locator.iter().enumerate().skip(1).map(|(i, &c)| if i % 2 == 1 { c } else { 0 }).collect();
    let mut corrections = Vec::with_capacity(degree);
    for at in 0..length {
        let power = length - 1 - at;
        let inverse_x = alpha(255 - power);
        if evaluate(&locator, inverse_x) == 0 {
            let slope = evaluate(&derivative, inverse_x);
            if slope == 0 {
                return None;
            }
            let value = mul(alpha(power), mul(evaluate(&evaluator, inverse_x), inverse(slope)));
            corrections.push((at, value));
        }
    }
    if corrections.len() != degree {
        return None;
    }
    for &(at, value) in &corrections {
        word[at] ^= value;
    }
    if self::syndromes(word, check).iter().any(|&s| s != 0) {
        for &(at, value) in &corrections {
            word[at] ^= value;
        }
        return None;
    }
    Some(errors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// ISO/IEC 18004 annex I: "01234567" in version 1-M.
    const ANNEX_I: [u8; 26] = [
        0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xA5, 0x24,
        0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55,
    ];

    #[test]
    fn the_published_word_has_no_errors() {
        let mut word = ANNEX_I;
        assert_eq!(correct(&mut word, 10, &[]), Some(0));
        assert_eq!(word, ANNEX_I);
    }

    proptest! {
        #[test]
        fn errors_and_erasures_within_the_bound_are_corrected(
            places in proptest::sample::subsequence((0..26usize).collect::<Vec<_>>(), 0..=10),
            erased in 0..=10usize,
            noise in proptest::collection::vec(1..=255u8, 10),
        ) {
            let erased = erased.min(places.len());
            let errors = places.len() - erased;
            prop_assume!(2 * errors + erased <= 10);
            let mut word = ANNEX_I;
            for (at, noise) in places.iter().zip(&noise) {
                word[*at] ^= noise;
            }
            prop_assert_eq!(correct(&mut word, 10, &places[..erased]).is_some(), true);
            prop_assert_eq!(word, ANNEX_I);
        }

        #[test]
        fn what_is_refused_stays_as_it_was(noise in proptest::collection::vec(any::<u8>(), 26)) {
            let mut word: Vec<u8> = noise.clone();
            if correct(&mut word, 10, &[0, 3]).is_none() {
                prop_assert_eq!(word, noise);
            } else {
                prop_assert_eq!(correct(&mut word, 10, &[]), Some(0));
            }
        }
    }
}
