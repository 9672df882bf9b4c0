using Llamax.Models.Causal;

namespace Llamax.Training.Planning;

/// <summary>
/// The arithmetic of a training step, as it is counted everywhere: two operations for each weight and token forward, two for the gradient
/// of what goes in, two for that of a weight that moves (Kaplan et al. 2020, section 2.1), and causal attention over half of the block.
/// </summary>
public static class StepFlops
{
    /// <summary>Operations of one token.</summary>
    /// <param name="config">The model.</param>
    /// <param name="blockLength">Tokens that see each other at most.</param>
    /// <param name="trainedParameters">Learnt numbers that move.</param>
    /// <param name="recomputes">Whether the layers run forward twice.</param>
    public static double PerToken(CausalConfig config, int blockLength, long trainedParameters, bool recomputes)
    {
        ArgumentNullException.ThrowIfNull(config);
        var embedding = (double)config.VocabularySize * config.HiddenSize;
        double all = config.ParameterCount();
        var weights = config.TiedHead ? all : all - embedding;   // looking a row up is no arithmetic
        var layers = all - ((config.TiedHead ? 1 : 2) * embedding);
        var attention = 2.0 * blockLength * config.Heads * config.HeadSize * config.Layers;   // forward: two products, half of them hidden
        var passes = recomputes ? 4 : 3;
        return (4 * weights) + (2 * Math.Min(trainedParameters, weights)) + (recomputes ? 2 * layers : 0) + (passes * attention);
    }
}
