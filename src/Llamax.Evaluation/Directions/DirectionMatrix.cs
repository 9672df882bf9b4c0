using System.Security.Cryptography;
using System.Text;
using Llamax.Evaluation.Suites;
using Llamax.Metrics;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Evaluation.Directions;

/// <summary>
/// Translates and scores every direction of a test set, and can be killed at any moment: each direction leaves one file,
/// written whole or not at all, and a finished direction is not translated again while system and source lines stay the same.
/// </summary>
/// <param name="folder">Takes <c>SOURCE-TARGET.json</c> per direction; one folder per system.</param>
/// <param name="options">What is measured.</param>
/// <param name="events">Hears of the progress.</param>
public sealed class DirectionMatrix(string folder, MatrixOptions? options = null, IRunEvents? events = null)
{
    private readonly MatrixOptions _options = Checked(options ?? new());
    private readonly IRunEvents _events = events ?? SilentEvents.Instance;

    /// <summary>Runs what is missing; returns all directions in the order of the test set.</summary>
    /// <exception cref="RequestException">A result file of an earlier run is broken.</exception>
    /// <exception cref="OperationCanceledException">The finished directions are kept.</exception>
    public MatrixResult Run(IDirectionTranslator system, TestSet tests, CancellationToken cancellation = default)
    {
        var results = new List<DirectionResult>();
        using var step = _events.Begin($"evaluate {system.Name}", tests.Directions.Sum(d => (long)d.SourceLines.Count), "sentence");
        foreach (var direction in tests.Directions)
        {
            cancellation.ThrowIfCancellationRequested();
            step.Status(direction.ToString());
            results.Add(Run(system, direction, cancellation));
            step.Advance(direction.SourceLines.Count);
        }

        return new(system.Name, tests.Name, results);
    }

    private DirectionResult Run(IDirectionTranslator system, TestDirection direction, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, $"{direction.Source}-{direction.Target}.json");
        var earlier = File.Exists(path) ? ResultFile.Read<DirectionResult>(path, "delete it, and the direction is run again") : null;
        var translationKey = Hash([system.Fingerprint, direction.Source, direction.Target], direction.SourceLines);
        var hypotheses = earlier is not null && earlier.TranslationKey == translationKey && earlier.Hypotheses.Count == direction.SourceLines.Count
            ? earlier.Hypotheses
            : system.Translate(direction.Source, direction.Target, direction.SourceLines, cancellation);
        if (hypotheses.Count != direction.SourceLines.Count)
            throw new InvalidOperationException($"{system.Name} made {hypotheses.Count} translations of {direction.SourceLines.Count} lines.");

        var empty = hypotheses.Zip(direction.SourceLines).Count(p => string.IsNullOrWhiteSpace(p.First) && !string.IsNullOrWhiteSpace(p.Second));
        if (empty > 0)
            _events.Warn($"{direction}: {empty} of {hypotheses.Count} translations are empty");
        string[] settings =
        [
            translationKey, $"{direction.Group} {direction.Trained} {_options.IsWrongScript is not null}",
            .. _options.Metrics.SelectMany(m => new[] { m.Name, m.Fingerprint }),
        ];
        var scoreKey = Hash(settings, [.. direction.References, .. hypotheses]);
        if (earlier?.ScoreKey == scoreKey)
            return earlier;
        var result = Score(direction, hypotheses) with { TranslationKey = translationKey, ScoreKey = scoreKey };
        ResultFile.Write(path, result);
        return result;
    }

    private DirectionResult Score(TestDirection direction, IReadOnlyList<string> hypotheses) => new()
    {
        Source = direction.Source,
        Target = direction.Target,
        Group = direction.Group,
        Trained = direction.Trained,
        TranslationKey = "",
        ScoreKey = "",
        Scores = [.. _options.Metrics.Select(m => m.CorpusScore(hypotheses, direction.References))
            .Select(s => new DirectionScore(s.Name, s.Score, s.Signature))],
        ExactShare = Share(hypotheses, i => hypotheses[i].Trim() == direction.References[i].Trim()),
        WrongScriptShare = _options.IsWrongScript is { } isWrong ? Share(hypotheses, i => isWrong(hypotheses[i], direction.Target)) : null,
        Hypotheses = hypotheses,
    };

    private static double Share(IReadOnlyList<string> lines, Func<int, bool> holds) =>
        (double)Enumerable.Range(0, lines.Count).Count(holds) / lines.Count;

    /// <summary>Lengths go into the hash too, so that no text can pretend to be two.</summary>
    private static string Hash(IEnumerable<string> settings, IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in settings.Concat(lines))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static MatrixOptions Checked(MatrixOptions options)
    {
        OptionProblem.ThrowIfAny("evaluation", options.Problems());
        return options;
    }
}
