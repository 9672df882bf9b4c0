using System.Globalization;
using Llamax.Metrics.Ngrams;
using Llamax.Runs;

namespace Llamax.Metrics.Chrf;

/// <summary>chrF and chrF++ (Popović, WMT 2015 and 2017) as sacrebleu 2.6.0 computes them.</summary>
/// <remarks>
/// Statistics of a segment: for each character order, then for each word order, the n-grams of the hypothesis, those of the
/// reference, and the matches, all against the reference with the best score.
/// </remarks>
public sealed class ChrfMetric : IMetric
{
    private readonly ChrfOptions _options;

    /// <exception cref="RequestException">The options contradict their rules.</exception>
    public ChrfMetric(ChrfOptions? options = null)
    {
        _options = options ?? new();
        OptionProblem.ThrowIfAny("chrF", _options.Problems());
    }

    public string Name => string.Create(CultureInfo.InvariantCulture, $"chrF{_options.Beta}") + new string('+', _options.WordOrder);

    public int StatisticsWidth => 3 * (_options.CharacterOrder + _options.WordOrder);

    public string Signature(int? references) => SacrebleuSignature.Format(
        references,
        ("case", _options.Lowercase ? "lc" : "mixed"),
        ("eff", _options.EpsilonSmoothing ? "no" : "yes"),
        ("nc", _options.CharacterOrder.ToString(CultureInfo.InvariantCulture)),
        ("nw", _options.WordOrder.ToString(CultureInfo.InvariantCulture)),
        ("space", _options.Whitespace ? "yes" : "no"));

    public string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{Signature(1)} beta {_options.Beta}");

    public void Measure(string hypothesis, IReadOnlyList<string> references, Span<double> statistics)
    {
        var characters = new Dictionary<int, int>(64);
        var words = new WordAlphabet();
        var (hypothesisCharacters, hypothesisWords) = Symbols(hypothesis, characters, words);
        Span<double> candidate = stackalloc double[StatisticsWidth];
        var best = -1.0;
        foreach (var reference in references)
        {
            var (referenceCharacters, referenceWords) = Symbols(reference, characters, words);
            var split = 3 * _options.CharacterOrder;
            Compare(hypothesisCharacters, referenceCharacters, Math.Max(1, characters.Count), candidate[..split]);
            Compare(hypothesisWords, referenceWords, words.Size, candidate[split..]);
            var score = FScore(candidate);
            if (score > best)
            {
                best = score;
                candidate.CopyTo(statistics);
            }
        }
    }

    public MetricScore Score(ReadOnlySpan<double> statistics, int? references) =>
        new(Name, FScore(statistics), Signature(references));

    private static void Compare(int[] hypothesis, int[] reference, int alphabet, Span<double> statistics)
    {
        Span<int> matches = stackalloc int[statistics.Length / 3];
        if (matches.IsEmpty)
            return;
        NgramOverlap.Count(hypothesis, [reference], alphabet, matches);
        for (var n = 1; n <= matches.Length; n++)
        {
            var inReference = Math.Max(0, reference.Length - n + 1);
            // A hypothesis cannot be blamed for an order that the reference is too short for.
            statistics[(3 * n) - 3] = inReference == 0 ? 0 : Math.Max(0, hypothesis.Length - n + 1);
            statistics[(3 * n) - 2] = inReference;
            statistics[(3 * n) - 1] = matches[n - 1];
        }
    }

    private double FScore(ReadOnlySpan<double> statistics)
    {
        const double Epsilon = 1e-16;
        double factor = _options.Beta * _options.Beta;
        double precisions = 0, recalls = 0, scores = 0;
        var effective = 0;
        for (var i = 0; i < statistics.Length; i += 3)
        {
            var (inHypothesis, inReference, matches) = (statistics[i], statistics[i + 1], statistics[i + 2]);
            var precision = inHypothesis > 0 ? matches / inHypothesis : Epsilon;
            var recall = inReference > 0 ? matches / inReference : Epsilon;
            var divisor = (factor * precision) + recall;
            scores += divisor > 0 ? (1 + factor) * precision * recall / divisor : Epsilon;
            if (inHypothesis > 0 && inReference > 0)
            {
                precisions += precision;
                recalls += recall;
                effective++;
            }
        }

        if (_options.EpsilonSmoothing)
            return 100 * scores / (statistics.Length / 3);
        if (precisions + recalls == 0)
            return 0;
        var (meanPrecision, meanRecall) = (precisions / effective, recalls / effective);
        return 100 * ((1 + factor) * meanPrecision * meanRecall / ((factor * meanPrecision) + meanRecall));
    }

    private (int[] Characters, int[] Words) Symbols(string line, Dictionary<int, int> characters, WordAlphabet words)
    {
        var cased = _options.Lowercase ? Lowercase.Of(line) : line;
        return (Characters(cased, characters), _options.WordOrder > 0 ? Words(cased, words) : []);
    }

    private int[] Characters(string line, Dictionary<int, int> numbers)
    {
        var symbols = new int[line.Length];
        var count = 0;
        for (var i = 0; i < line.Length; i++)
        {
            int character = line[i];
            if (char.IsHighSurrogate(line[i]) && i + 1 < line.Length && char.IsLowSurrogate(line[i + 1]))
                character = char.ConvertToUtf32(line[i], line[++i]);
            else if (!_options.Whitespace && Metrics.Whitespace.Contains(line[i]))
                continue;
            if (!numbers.TryGetValue(character, out var number))
                numbers.Add(character, number = numbers.Count + 1);
            symbols[count++] = number;
        }

        return symbols.AsSpan(0, count).ToArray();
    }

    /// <summary>Words, with one mark of ASCII punctuation at the end or else at the beginning split off, as chrF++.py does.</summary>
    private static int[] Words(string line, WordAlphabet alphabet)
    {
        var ranges = new List<Range>();
        Metrics.Whitespace.Split(line, ranges);
        var numbers = new List<int>(ranges.Count + 16);
        foreach (var range in ranges)
        {
            var word = line.AsSpan(range);
            var isOneCharacter = word.Length == 1 || (word.Length == 2 && char.IsSurrogatePair(word[0], word[1]));
            if (!isOneCharacter && IsPunctuation(word[^1]))
            {
                numbers.Add(alphabet.Number(word[..^1]));
                numbers.Add(alphabet.Number(word[^1..]));
            }
            else if (!isOneCharacter && IsPunctuation(word[0]))
            {
                numbers.Add(alphabet.Number(word[..1]));
                numbers.Add(alphabet.Number(word[1..]));
            }
            else
            {
                numbers.Add(alphabet.Number(word));
            }
        }

        return [.. numbers];
    }

    private static bool IsPunctuation(char c) => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c));
}
