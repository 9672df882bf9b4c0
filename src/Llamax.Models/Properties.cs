using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Models.Tests")]
[assembly: InternalsVisibleTo("Llamax.Training")]
[assembly: InternalsVisibleTo("Llamax.Decoding")]
[assembly: InternalsVisibleTo("Llamax.Decoding.Tests")]
