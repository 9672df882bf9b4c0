using Llamax.Runs;

namespace Llamax.Evaluation.Suites;

/// <summary>The directions of one evaluation, in the order in which they are run and reported.</summary>
public sealed class TestSet
{
    /// <param name="name">For example <c>flores101 devtest</c>.</param>
    /// <param name="directions">Each at most once.</param>
    /// <exception cref="RequestException">No direction, or one of them twice.</exception>
    public TestSet(string name, IEnumerable<TestDirection> directions)
    {
        Name = name;
        Directions = [.. directions];
        if (Directions.Count == 0)
            throw new RequestException("no direction", $"test set {name}", "name at least two languages");
        if (Directions.GroupBy(d => (d.Source, d.Target)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RequestException($"{twice.First()} is there twice", $"test set {name}", "keep one of them");
    }

    public string Name { get; }

    public IReadOnlyList<TestDirection> Directions { get; }

    /// <summary>
    /// Every direction between languages whose lines translate each other, as in Flores or the test split of the built-in corpus.
    /// </summary>
    /// <param name="name">The name of the set.</param>
    /// <param name="lines">The lines of each language; line i is the same sentence everywhere. The order of directions is theirs.</param>
    /// <param name="trained">Whether the model saw sentence pairs of a direction (source, target).</param>
    /// <param name="chosen">Which directions are in the set; null = all.</param>
    /// <param name="english">The code of English.</param>
    /// <exception cref="RequestException">The languages differ in their number of lines, or no direction is left.</exception>
    public static TestSet FromParallelLines(
        string name,
        IReadOnlyList<(string Language, IReadOnlyList<string> Lines)> lines,
        Func<string, string, bool> trained,
        Func<string, string, bool>? chosen = null,
        string english = "en") =>
        new(name, from source in lines
                  from target in lines
                  where source.Language != target.Language && (chosen is null || chosen(source.Language, target.Language))
                  select new TestDirection(
                      source.Language, target.Language, source.Lines, target.Lines, trained(source.Language, target.Language), english));
}
