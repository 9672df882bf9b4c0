using System.Globalization;
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
        using var step = _events.Begin($"evaluate {system.Name}", tests.Directions.Sum(d => (long)d.SourceLines.Count), "sentence");
        var results = new DirectionResult[tests.Directions.Count];
        var waiting = new List<int>();
        for (var i = 0; i < results.Length; i++)
        {
            var direction = tests.Directions[i];
            if (Finished(system, direction) is { } earlier)
            {
                results[i] = Keep(system, direction, earlier.Hypotheses, earlier);
                step.Advance(direction.SourceLines.Count);
                continue;
            }

            waiting.Add(i);
            if (waiting.Sum(w => tests.Directions[w].SourceLines.Count) >= _options.SentencesTogether)
                Translate(system, tests, waiting, results, step, cancellation);
        }

        Translate(system, tests, waiting, results, step, cancellation);
        WarnOfEmpty(system, tests, results);
        return new(system.Name, tests.Name, results);
    }

    /// <summary>The results of a finished run, without a system.</summary>
    /// <param name="system">What reports call it.</param>
    /// <param name="tests">The same test set.</param>
    /// <exception cref="RequestException">A direction is missing or its file is broken.</exception>
    public MatrixResult Load(string system, TestSet tests) => new(system, tests.Name, [.. tests.Directions.Select(direction =>
        File.Exists(PathOf(direction))
            ? ResultFile.Read<DirectionResult>(PathOf(direction), "delete it, and the direction is run again")
            : throw new RequestException("this direction was not evaluated", PathOf(direction), "run the evaluation first"))]);

    private void Translate(
        IDirectionTranslator system,
        TestSet tests,
        List<int> waiting,
        DirectionResult[] results,
        IRunStep step,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (waiting.Count == 0)
            return;
        var directions = waiting.Select(i => tests.Directions[i]).ToList();
        step.Status(waiting.Count == 1 ? directions[0].ToString() : $"{directions[0]} … {directions[^1]}");
        var translations = system.Translate(directions, cancellation);
        var expected = directions.Sum(d => d.SourceLines.Count);
        if (translations.Count != expected)
            throw new InvalidOperationException($"{system.Name} made {translations.Count} translations of {expected} lines.");
        var start = 0;
        foreach (var i in waiting)
        {
            var count = tests.Directions[i].SourceLines.Count;
            results[i] = Keep(system, tests.Directions[i], [.. translations.Skip(start).Take(count)]);
            start += count;
            step.Advance(count);
        }

        waiting.Clear();
    }

    private string PathOf(TestDirection direction) => Path.Combine(folder, $"{direction.Source}-{direction.Target}.json");

    private static string TranslationKey(IDirectionTranslator system, TestDirection direction) =>
        Hash([system.Fingerprint, direction.Source, direction.Target], direction.SourceLines);

    /// <summary>The result of an earlier run whose hypotheses still hold; its scores may be of other metrics.</summary>
    private DirectionResult? Finished(IDirectionTranslator system, TestDirection direction)
    {
        if (!File.Exists(PathOf(direction)))
            return null;
        var earlier = ResultFile.Read<DirectionResult>(PathOf(direction), "delete it, and the direction is run again");
        return earlier.TranslationKey == TranslationKey(system, direction) && earlier.Hypotheses.Count == direction.SourceLines.Count
            ? earlier
            : null;
    }

    private void WarnOfEmpty(IDirectionTranslator system, TestSet tests, DirectionResult[] results)
    {
        var empty = results.Select((result, i) => result.Hypotheses.Zip(tests.Directions[i].SourceLines)
            .Count(pair => string.IsNullOrWhiteSpace(pair.First) && !string.IsNullOrWhiteSpace(pair.Second))).ToArray();
        if (empty.Sum() == 0)
            return;
        var most = tests.Directions[Array.IndexOf(empty, empty.Max())];
        _events.Warn(string.Create(
            CultureInfo.InvariantCulture,
            $"{system.Name}: {empty.Sum():N0} of {results.Sum(r => r.Hypotheses.Count):N0} translations are empty, the most in {most}"));
    }

    /// <summary>Scores the hypotheses and writes the result, unless the earlier one holds these scores.</summary>
    private DirectionResult Keep(
        IDirectionTranslator system, TestDirection direction, IReadOnlyList<string> hypotheses, DirectionResult? earlier = null)
    {
        var translationKey = TranslationKey(system, direction);
        string[] settings =
        [
            translationKey, $"{direction.Group} {direction.Trained}",
            .. _options.Metrics.SelectMany(m => new[] { m.Name, m.Fingerprint }),
        ];
        var scoreKey = Hash(settings, [.. direction.References, .. hypotheses]);
        if (earlier is not null && earlier.ScoreKey == scoreKey)
            return earlier;
        var result = Score(direction, hypotheses) with { TranslationKey = translationKey, ScoreKey = scoreKey };
        ResultFile.Write(PathOf(direction), result);
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
        WrongScriptShare = Share(hypotheses, i => TargetScript.IsWrong(hypotheses[i], direction.Target)),
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
