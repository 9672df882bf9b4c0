namespace Llamax.Text.Identification;

/// <summary>The settings of a fastText model that its predictions depend on (args.h).</summary>
/// <param name="Dimension">Numbers in a vector.</param>
/// <param name="WordNgrams">Longest sequence of words that has a vector of its own; 1 = only words.</param>
/// <param name="Loss">1 hierarchical softmax, 2 negative sampling, 3 softmax, 4 one-vs-all.</param>
/// <param name="Buckets">Vectors that n-grams share by their hash.</param>
/// <param name="MinNgram">Characters of the shortest subword.</param>
/// <param name="MaxNgram">Characters of the longest subword; 0 = no subwords.</param>
internal readonly record struct FastTextArguments(
    int Dimension, int WordNgrams, int Loss, int Buckets, int MinNgram, int MaxNgram);
