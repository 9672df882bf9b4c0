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
}
