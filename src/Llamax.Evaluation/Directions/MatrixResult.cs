using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Directions;

/// <summary>All directions of one system on one test set.</summary>
/// <param name="System">What reports call it.</param>
/// <param name="TestSet">The name of the test set.</param>
/// <param name="Directions">In the order of the test set.</param>
public sealed record MatrixResult(string System, string TestSet, IReadOnlyList<DirectionResult> Directions)
{
    /// <summary>The mean over the directions of a group, each counting the same; null when there is none.</summary>
    /// <param name="metric">A metric's name.</param>
    /// <param name="group">A group; null = all directions.</param>
    public double? MeanOf(string metric, DirectionGroup? group = null)
    {
        var chosen = Directions.Where(d => group is null || d.Group == group).ToList();
        return chosen.Count == 0 ? null : chosen.Average(d => d.ScoreOf(metric));
    }
}
