using System.Globalization;
using Llamax.Metrics.Ngrams;
using Llamax.Runs;

namespace Llamax.Metrics.Bleu;

/// <summary>
/// BLEU (Papineni et al., ACL 2002) as sacrebleu 2.6.0 computes it (Post, WMT 2018). With a SentencePiece tokenizer it is
/// spBLEU (Goyal et al., TACL 2022), the main metric of the paper (LLaMAX, section 4).
/// </summary>
/// <remarks>Statistics of a segment: hypothesis length, closest reference length, matches per order, totals per order.</remarks>
public sealed class BleuMetric : IMetric
{
    private readonly BleuOptions _options;

    /// <exception cref="RequestException">The options contradict their rules.</exception>
    public BleuMetric(BleuOptions? options = null)
    {
        _options = options ?? new();
        OptionProblem.ThrowIfAny("BLEU", _options.Problems());
    }

    public string Name => _options.Name;

    public int StatisticsWidth => 2 + (2 * _options.MaxOrder);

    public string Signature(int? references)
    {
        var value = _options.EffectiveSmoothingValue.ToString("F2", CultureInfo.InvariantCulture);
        var smoothing = _options.Smoothing switch
        {
            BleuSmoothing.Exponential => "exp",
            BleuSmoothing.Floor => $"floor[{value}]",
            BleuSmoothing.AddK => $"add-k[{value}]",
            _ => "none",
        };
        return SacrebleuSignature.Format(
            references,
            ("case", _options.Lowercase ? "lc" : "mixed"),
            ("eff", _options.EffectiveOrder ? "yes" : "no"),
            ("tok", _options.Tokenizer.Name),
            ("smooth", smoothing));
    }

    public string Fingerprint => string.Create(
        CultureInfo.InvariantCulture,
        $"{Signature(1)} order {_options.MaxOrder} smoothing {_options.EffectiveSmoothingValue:R} {_options.Tokenizer.Fingerprint}");

    public void Measure(string hypothesis, IReadOnlyList<string> references, Span<double> statistics)
    {
        var alphabet = new WordAlphabet();
        var words = new List<Range>();
        var hypothesisWords = Words(hypothesis, alphabet, words);
        var referenceWords = new int[references.Count][];
        for (var r = 0; r < referenceWords.Length; r++)
            referenceWords[r] = Words(references[r], alphabet, words);
        var length = hypothesisWords.Length;
        Span<int> matches = stackalloc int[_options.MaxOrder];
        NgramOverlap.Count(hypothesisWords, referenceWords, alphabet.Size, matches);
        statistics[0] = length;
        statistics[1] = referenceWords.Select(r => r.Length).OrderBy(l => Math.Abs(length - l)).ThenBy(l => l).First();
        for (var n = 1; n <= matches.Length; n++)
        {
            statistics[1 + n] = matches[n - 1];
            statistics[1 + matches.Length + n] = Math.Max(0, length - n + 1);
        }
    }

    public MetricScore Score(ReadOnlySpan<double> statistics, int? references)
    {
        var order = _options.MaxOrder;
        var (length, referenceLength) = (statistics[0], statistics[1]);
        var counts = statistics.Slice(2, order).ToArray();
        var totals = statistics.Slice(2 + order, order).ToArray();
        var precisions = new double[order];
        var penalty = length >= referenceLength ? 1 : length > 0 ? Math.Exp(1 - (referenceLength / length)) : 0;
        var score = counts.Any(c => c > 0) ? penalty * Mean(counts, totals, precisions) : 0;
        return new BleuScore(
            Name, score, Signature(references), counts, totals, precisions, penalty, (long)length, (long)referenceLength);
    }

    /// <summary>Smooths, fills the precisions, and returns their geometric mean.</summary>
    private double Mean(double[] counts, double[] totals, double[] precisions)
    {
        var value = _options.EffectiveSmoothingValue;
        var orders = precisions.Length;
        var divisor = 1.0;
        for (var n = 0; n < precisions.Length; n++)
        {
            if (_options.Smoothing == BleuSmoothing.AddK && n > 0)
            {
                counts[n] += value;
                totals[n] += value;
            }

            if (totals[n] == 0)
                break;
            if (_options.EffectiveOrder)
                orders = n + 1;
            if (counts[n] > 0)
                precisions[n] = 100 * counts[n] / totals[n];
            else if (_options.Smoothing == BleuSmoothing.Exponential)
                precisions[n] = 100 / ((divisor *= 2) * totals[n]);
            else if (_options.Smoothing == BleuSmoothing.Floor)
                precisions[n] = 100 * value / totals[n];
        }

        return Math.Exp(precisions.Take(orders).Sum(Math.Log) / orders);
    }

    private int[] Words(string line, WordAlphabet alphabet, List<Range> words)
    {
        var cased = _options.Lowercase ? Lowercase.Of(line) : line;
        var tokenized = _options.Tokenizer.Tokenize(Whitespace.TrimEnd(cased)).AsSpan();
        words.Clear();
        Whitespace.Split(tokenized, words);
        var numbers = new int[words.Count];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = alphabet.Number(tokenized[words[i]]);
        return numbers;
    }
}
